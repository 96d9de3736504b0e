import Policy

/// That something has become a member of a set, or is none any more.
public struct SetChange: Hashable, Sendable {
  public let set: IPSetID
  public let member: IPSetMember
  public let isMember: Bool

  public init(_ set: IPSetID, _ member: IPSetMember, isMember: Bool) {
    self.set = set
    self.member = member
    self.isMember = isMember
  }
}

/// What is to be written so that classes are what memberships say, in the order in which it is to be done.
public struct ClassWrites: Sendable {
  /// First: every policy gets the rows of these (`LoadedPolicy.add`).
  public var newClasses: [AddressClass] = []
  /// Then the maps of classes; nil is to be deleted. Until all are written, an address may have the class it had before.
  public var addresses: [(prefix: AddressPrefix, class: UInt32?)] = []
  public var ports: [(member: PortMember, class: UInt32?)] = []
  /// Last: no address is in these any more (`LoadedPolicy.remove`).
  public var oldClasses: [AddressClass] = []

  /// Nothing at all.
  public init() {}

  public var isEmpty: Bool {
    newClasses.isEmpty && addresses.isEmpty && ports.isEmpty && oldClasses.isEmpty
  }
}

/// A key of `cali_v4_portset` or `cali_v6_portset`.
public struct PortMember: Hashable, Sendable {
  /// Of all its bits.
  public let address: AddressPrefix
  public let proto: UInt8
  /// In the host's byte order.
  public let port: UInt16

  public init(_ address: AddressPrefix, proto: UInt8, port: UInt16) {
    self.address = address
    self.proto = proto
    self.port = port
  }
}
