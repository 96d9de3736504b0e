import DataplaneABI

/// What one frontend should do: the map values it becomes, but for the id that joins them.
public struct FrontendSpec<Address: TextualIPAddress>: Hashable, Sendable {
  /// Whose it is, for messages.
  public var service: ServiceName
  /// Those of this node first, each part in the order of address and port.
  public var backends: [Backend<Address>]
  /// How many of `backends` are on this node.
  public var localCount: Int
  public var affinitySeconds: UInt32
  public var flags: FrontendFlags
  /// Endpoints that are known but take no new connections, as those that are not ready.
  public var others: [Backend<Address>: MemberFlags]

  public init(
    service: ServiceName, backends: [Backend<Address>], localCount: Int, affinitySeconds: UInt32 = 0,
    flags: FrontendFlags = [], others: [Backend<Address>: MemberFlags] = [:]
  ) {
    self.service = service
    self.backends = backends
    self.localCount = localCount
    self.affinitySeconds = affinitySeconds
    self.flags = flags
    self.others = others
  }

  /// The entries of the member map.
  public func members(id: UInt32) -> [MemberKey<Address>: MemberFlags] {
    var members: [MemberKey<Address>: MemberFlags] = [:]
    for (backend, flags) in others { members[MemberKey(id: id, address: backend.address, port: backend.port)] = flags }
    for backend in backends {
      members[MemberKey(id: id, address: backend.address, port: backend.port)] = [.takesNew, .serving]
    }
    return members
  }

  /// The value of the frontend's map entry.
  public func value(id: UInt32) -> Frontend {
    Frontend(
      id: id, count: UInt32(backends.count), localCount: UInt32(localCount), affinitySeconds: affinitySeconds,
      flags: flags)
  }
}
