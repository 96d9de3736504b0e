import FoundationEssentials

/// A point in time as the API writes it (RFC 3339), kept as whole seconds and microseconds since 1970 in UTC.
///
/// `metav1.Time` has whole seconds, `metav1.MicroTime` six digits; digits beyond the sixth are cut off.
public struct Timestamp: Hashable, Sendable, Comparable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// The second that `date` is in.
  public init(_ date: Date) { self.init(microseconds: Int64(date.timeIntervalSince1970.rounded(.down)) * 1_000_000) }

  /// The current second.
  public static var now: Timestamp { Timestamp(Date()) }

  public var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1e6) }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
}

extension Timestamp: LosslessStringConvertible {
  /// Parses "2026-11-23T13:36:57Z", with an optional fraction and with "Z" or an offset such as "+01:00".
  public init?(_ description: String) {
    var reader = TimestampReader(bytes: Array(description.utf8))
    guard let microseconds = reader.read() else { return nil }
    self.init(microseconds: microseconds)
  }

  /// "2026-11-23T13:36:57Z", with six digits of fraction where there is one.
  public var description: String {
    let (seconds, fraction) = microseconds.flooredDivision(by: 1_000_000)
    let (days, ofDay) = seconds.flooredDivision(by: 86_400)
    let date = CivilDate(daysSince1970: days)
    let text =
      "\(date.year.padded(4))-\(date.month.padded(2))-\(date.day.padded(2))"
      + "T\((ofDay / 3600).padded(2)):\((ofDay / 60 % 60).padded(2)):\((ofDay % 60).padded(2))"
    return fraction == 0 ? text + "Z" : text + ".\(fraction.padded(6))Z"
  }
}

extension Timestamp: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Timestamp(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(text)\" is not an RFC 3339 time such as 2026-01-31T12:00:00Z")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  fileprivate func padded(_ width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
  }
}
