/// An IP protocol as Calico's rules write it: a name or a number. What makes no sense is kept, and has no number.
public struct CalicoProtocol: Hashable, Sendable {
  let text: NumberOrString

  public init(_ number: UInt8) { text = .number(Int64(number)) }
  public init(_ name: String) { text = .string(name) }

  public static let tcp = CalicoProtocol("TCP")
  public static let udp = CalicoProtocol("UDP")
  public static let icmp = CalicoProtocol("ICMP")
  public static let icmpv6 = CalicoProtocol("ICMPv6")
  public static let sctp = CalicoProtocol("SCTP")
  public static let udpLite = CalicoProtocol("UDPLite")

  /// The names that there are, and the numbers they stand for.
  static let names: [(name: String, number: UInt8)] = [
    ("TCP", 6), ("UDP", 17), ("ICMP", 1), ("ICMPv6", 58), ("SCTP", 132), ("UDPLite", 136),
  ]

  /// The IP protocol number, 1 to 255; nil where this is no protocol. Names count in any case.
  public var number: UInt8? {
    switch text {
    case .number(let value): UInt8(exactly: value).flatMap { $0 == 0 ? nil : $0 }
    case .string(let name):
      Self.names.first { $0.name.lowercased() == name.lowercased() }?.number ?? Self.decimal(name)
    }
  }

  /// Whether its packets have ports that rules can be about.
  public var hasPorts: Bool { number.map { [6, 17, 132].contains($0) } ?? false }

  /// "17", as Calico takes it too.
  private static func decimal(_ text: String) -> UInt8? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt8(text), number != 0 else { return nil }
    return number
  }
}

extension CalicoProtocol: Codable, CustomStringConvertible, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  public init(from decoder: any Decoder) throws { text = try NumberOrString(from: decoder) }
  public func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
  public init(stringLiteral value: String) { self.init(value) }
  public init(integerLiteral value: UInt8) { self.init(value) }

  public var description: String { text.description }
}
