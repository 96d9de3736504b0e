import DataplaneABI

/// What one frontend should do: the map values it becomes, but for the id that joins them.
public struct FrontendSpec<Address: TextualIPAddress>: Hashable, Sendable {
  /// Whose it is, for messages.
  public var service: ServiceName
  public var kind: FrontendKind
  /// Those of this node first.
  public var backends: [Backend<Address>]
  /// How many of `backends` are on this node.
  public var localCount: Int
  /// How many of those, the first, serve only what has to stay on the node.
  public var clusterFirst: Int
  public var affinitySeconds: UInt32
  /// But for `sourceRanges` and `maglev`.
  public var flags: FrontendFlags
  /// Clients that may come in from outside. Nil is everybody, none is nobody.
  public var sourceRanges: Set<RouteKey<Address>>?
  /// By which who comes from outside gets a backend; nil is any.
  public var maglev: MaglevTable<Address>?
  /// Endpoints that are known but take no new connections, as those that are not ready.
  public var others: [Backend<Address>: MemberFlags]

  public init(
    service: ServiceName, kind: FrontendKind = .clusterIP, backends: [Backend<Address>], localCount: Int,
    clusterFirst: Int = 0, affinitySeconds: UInt32 = 0, flags: FrontendFlags = [],
    sourceRanges: Set<RouteKey<Address>>? = nil, others: [Backend<Address>: MemberFlags] = [:],
    maglev: MaglevTable<Address>? = nil
  ) {
    self.service = service
    self.kind = kind
    self.backends = backends
    self.localCount = localCount
    self.clusterFirst = clusterFirst
    self.affinitySeconds = affinitySeconds
    self.flags = flags
    self.sourceRanges = sourceRanges
    self.others = others
    self.maglev = maglev
  }

  /// The entries of the member map.
  public func members(id: UInt32) -> [MemberKey<Address>: MemberFlags] {
    var members: [MemberKey<Address>: MemberFlags] = [:]
    for (backend, flags) in others { members[MemberKey(id: id, address: backend.address, port: backend.port)] = flags }
    for backend in backends + (maglev?.backends ?? []) {
      members[MemberKey(id: id, address: backend.address, port: backend.port)] = [.takesNew, .serving]
    }
    return members
  }

  /// The value of the frontend's map entry.
  public func value(id: UInt32) -> Frontend {
    Frontend(
      id: id, count: UInt32(backends.count), localCount: UInt32(localCount), affinitySeconds: affinitySeconds,
      flags: flags.union(sourceRanges == nil ? [] : .sourceRanges).union(maglev == nil ? [] : .maglev),
      clusterFirst: UInt32(clusterFirst), maglevSlots: maglev?.slots ?? 0)
  }

  /// The entries of the map of Maglev tables.
  public func maglevEntries(id: UInt32) -> [BackendKey: Backend<Address>] {
    let owners = (maglev?.owners ?? []).enumerated()
    return Dictionary(uniqueKeysWithValues: owners.map { (BackendKey(id: id, ordinal: UInt32($0)), $1) })
  }

  /// The entries of the map of source ranges. The value says nothing: that an entry is found is all.
  public func sourceRangeEntries(id: UInt32) -> [SourceRangeKey<Address>: UInt32] {
    var entries: [SourceRangeKey<Address>: UInt32] = [:]
    for range in sourceRanges ?? [] {
      entries[SourceRangeKey(id: id, address: range.address, length: range.prefixLength)] = 1
    }
    return entries
  }
}
