/// Reads an RFC 3339 time of the years 0 to 9999.
struct TimestampReader {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Microseconds since 1970, or nil where the bytes are no such time.
  mutating func read() -> Int64? {
    guard let date = readDate(), skip("T") || skip("t") || skip(" "), let ofDay = readTimeOfDay() else { return nil }
    let fraction = readFraction()
    guard let fraction, let offset = readOffset(), position == bytes.count else { return nil }
    return (date.daysSince1970 * 86_400 + ofDay - offset) * 1_000_000 + fraction
  }

  private mutating func readDate() -> CivilDate? {
    guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2) else { return nil }
    guard (1...12).contains(month), day >= 1 else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    // A day that the month does not have comes back as another date.
    return CivilDate(daysSince1970: date.daysSince1970) == date ? date : nil
  }

  private mutating func readTimeOfDay() -> Int64? {
    guard let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2) else { return nil }
    // 60 is a leap second.
    guard hour < 24, minute < 60, second <= 60 else { return nil }
    return hour * 3600 + minute * 60 + second
  }

  /// Microseconds; 0 where there is no fraction, nil where a point has no digit after it.
  private mutating func readFraction() -> Int64? {
    guard skip(".") else { return 0 }
    var value: Int64 = 0
    var scale: Int64 = 100_000
    let start = position
    while let digit = number(1) {
      value += digit * scale
      scale /= 10
    }
    return position > start ? value : nil
  }

  private mutating func readOffset() -> Int64? {
    if skip("Z") || skip("z") { return 0 }
    let sign: Int64 = skip("+") ? 1 : (skip("-") ? -1 : 0)
    guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else {
      return nil
    }
    return sign * (hours * 3600 + minutes * 60)
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
    position += 1
    return true
  }

  private mutating func number(_ digits: Int) -> Int64? {
    guard position + digits <= bytes.count else { return nil }
    var value: Int64 = 0
    for byte in bytes[position..<position + digits] {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    position += digits
    return value
  }
}
