/// An address and the number of leading bits that count: a subnet ("10.65.1.0/24"), or an interface's address in one.
public struct InetPrefix: Hashable, Sendable {
  /// The address; bits after the first `length` may be set (they are in "10.77.0.1/24").
  public let address: InetAddress
  /// 0 to 32 for IPv4, 0 to 128 for IPv6.
  public let length: Int

  /// Nil if the length does not fit the address's family.
  public init?(_ address: InetAddress, length: Int) {
    guard (0...address.bitWidth).contains(length) else { return nil }
    self.address = address
    self.length = length
  }

  /// The prefix which holds just this address: /32 or /128.
  public init(host address: InetAddress) {
    self.address = address
    self.length = address.bitWidth
  }

  private init(unchecked address: InetAddress, _ length: Int) {
    self.address = address
    self.length = length
  }

  /// 0.0.0.0/0 or ::/0: the destination of a default route.
  public static func all(_ family: AddressFamily) -> InetPrefix { InetPrefix(unchecked: .unspecified(family), 0) }

  public var family: AddressFamily { address.family }

  /// The same subnet with the bits after the prefix cleared, as the kernel wants destinations of routes.
  public var network: InetPrefix { InetPrefix(unchecked: address.masked(to: length), length) }

  /// Whether the prefix holds the address.
  public func contains(_ other: InetAddress) -> Bool {
    other.family == family && other.masked(to: length) == address.masked(to: length)
  }
}

extension InetPrefix: LosslessStringConvertible {
  /// From "ADDRESS/LENGTH", or "ADDRESS" alone for the host's own prefix; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = InetAddress(String(first)) else { return nil }
    guard parts.count == 2 else {
      self.init(host: address)
      return
    }
    guard parts[1].allSatisfy(\.isNumber), let length = Int(parts[1]) else { return nil }
    self.init(address, length: length)
  }

  public var description: String { "\(address)/\(length)" }
}

extension InetPrefix: Comparable {
  public static func < (left: InetPrefix, right: InetPrefix) -> Bool {
    (left.address, left.length) < (right.address, right.length)
  }
}
