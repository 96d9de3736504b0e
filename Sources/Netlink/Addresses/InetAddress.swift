import Glibc

/// An IPv4 or IPv6 address.
///
/// Held as a number, so that addresses compare and hash without allocating; `bytes` gives network byte order.
public struct InetAddress: Hashable, Sendable {
  /// `.ipv4` or `.ipv6`, nothing else.
  public let family: AddressFamily
  /// The upper 64 bits of an IPv6 address as a number in host byte order; 0 for IPv4.
  let high: UInt64
  /// The lower 64 bits as a number in host byte order; an IPv4 address stands in the lowest 32.
  let low: UInt64

  private init(family: AddressFamily, high: UInt64, low: UInt64) {
    self.family = family
    self.high = high
    self.low = low
  }

  /// The IPv4 address a.b.c.d.
  public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    self.init(family: .ipv4, high: 0, low: UInt64(a) << 24 | UInt64(b) << 16 | UInt64(c) << 8 | UInt64(d))
  }

  /// From 4 or 16 bytes in network byte order; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    func number(_ part: some Sequence<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
    switch bytes.count {
    case 4: self.init(family: .ipv4, high: 0, low: number(bytes))
    case 16: self.init(family: .ipv6, high: number(bytes.prefix(8)), low: number(bytes.suffix(8)))
    default: return nil
    }
  }

  /// The address as 4 or 16 bytes in network byte order.
  public var bytes: [UInt8] {
    func octets(_ number: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64(count - 1 - $0))) }
    }
    return family == .ipv4 ? octets(low, 4) : octets(high, 8) + octets(low, 8)
  }

  /// The number of bits in an address of this family: 32 or 128.
  public var bitWidth: Int { family == .ipv4 ? 32 : 128 }

  /// 0.0.0.0 or ::.
  public var isUnspecified: Bool { high == 0 && low == 0 }

  /// fe80::/10 (RFC 4291) or 169.254.0.0/16 (RFC 3927).
  public var isLinkLocal: Bool {
    family == .ipv4 ? low >> 16 == 0xa9fe : high >> 54 == 0xfe80 >> 6
  }

  /// 0.0.0.0 for IPv4, :: for every other family.
  public static func unspecified(_ family: AddressFamily) -> InetAddress {
    InetAddress(family: family == .ipv4 ? .ipv4 : .ipv6, high: 0, low: 0)
  }

  /// The address with all bits after the first `length` cleared.
  func masked(to length: Int) -> InetAddress {
    guard family == .ipv6 else {
      return InetAddress(family: family, high: 0, low: low & (0xffff_ffff << UInt64(32 - length)))
    }
    // Swift's << on integers is a smart shift: a shift by the full width gives 0.
    let highBits = min(length, 64)
    let lowBits = max(length - 64, 0)
    return InetAddress(
      family: family, high: high & (UInt64.max << (64 - highBits)), low: low & (UInt64.max << (64 - lowBits)))
  }
}

extension InetAddress: Comparable {
  /// IPv4 before IPv6, then by number.
  public static func < (left: InetAddress, right: InetAddress) -> Bool {
    (left.family.rawValue, left.high, left.low) < (right.family.rawValue, right.high, right.low)
  }
}

extension InetAddress: LosslessStringConvertible, Codable {
  /// From text as `inet_pton` reads it ("10.65.0.1", "fd65::1"); nil if it is neither kind of address.
  public init?(_ text: String) {
    let isIPv6 = text.contains(":")
    var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
    guard inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &bytes) == 1 else { return nil }
    self.init(bytes: bytes)
  }

  /// The canonical text (RFC 5952 for IPv6).
  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let isWritten = inet_ntop(family == .ipv4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil
    guard isWritten else { return "?" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let address = InetAddress(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no IP address")
    }
    self = address
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
