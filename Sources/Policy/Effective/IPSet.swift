import DataplaneABI

/// Names a set of addresses, or of addresses with protocol and port, by what it is defined by: equal definitions are one set.
public struct IPSetID: Hashable, Sendable, Comparable {
  public let text: String

  public init(_ text: String) { self.text = text }

  public static func < (left: IPSetID, right: IPSetID) -> Bool { left.text < right.text }
}

/// A member of a set.
public enum IPSetMember: Hashable, Sendable {
  case prefix(AddressPrefix)
  /// A named port, or a service's endpoint: an address of all its bits, an IP protocol number, and a port in the host's byte order.
  case port(AddressPrefix, proto: UInt8, port: UInt16)
}
