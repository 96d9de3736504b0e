import DataplaneABI

/// The frontends of one IP family, kept up to date service by service.
///
/// The frontends are a function of the present Services and EndpointSlices: the order in which these came, or what they
/// said before, leaves no trace.
public struct FamilyServices<Address: TextualIPAddress>: Sendable {
  /// What the maps should hold.
  public private(set) var frontends: [FrontendKey<Address>: FrontendSpec<Address>] = [:]
  /// Services that want a frontend that another one has: the loser, and the winner.
  public var conflicts: [FrontendConflict<Address>] {
    contested.flatMap { key in
      let claimants = claims[key]?.sorted { precedes($0, $1, at: key) } ?? []
      return claimants.dropFirst().map { FrontendConflict(key: key, winner: claimants[0], loser: $0) }
    }
  }

  /// Service ports that want a Maglev table and have none.
  public var maglevRefusals: [MaglevPort: MaglevRefusal] {
    tooLarge.values.reduce(into: tables.refused) { $0.merge($1) { $1 } }
  }

  private var tables = MaglevAdmission()
  private var tooLarge: [ServiceName: [MaglevPort: MaglevRefusal]] = [:]
  private var slices: [SliceName: EndpointSliceInfo<Address>] = [:]
  private var slicesOf: [ServiceName: Set<SliceName>] = [:]
  /// What each service would publish if it were alone.
  private var published: [ServiceName: [FrontendKey<Address>: FrontendSpec<Address>]] = [:]
  /// The services that publish a frontend. Nearly always one: an API server gives an address only once.
  private var claims: [FrontendKey<Address>: Set<ServiceName>] = [:]
  /// Those that more than one service publishes.
  private var contested: Set<FrontendKey<Address>> = []
  private var changed: Set<FrontendKey<Address>> = []
  /// The frontends at every node.
  private var atNodes: Set<FrontendKey<Address>> = []

  public init() {}

  /// The ports that services have at every node.
  public var nodePorts: Set<UInt16> { Set(atNodes.map(\.port.host)) }

  /// The frontends that changed since the last call.
  public mutating func takeChanges() -> Set<FrontendKey<Address>> {
    defer { changed = [] }
    return changed
  }

  /// Replaces or removes a slice. Returns the services that must be computed anew.
  mutating func set(_ slice: EndpointSliceInfo<Address>?, named name: SliceName) -> Set<ServiceName> {
    let old = slices[name]
    if old == slice { return [] }
    slices[name] = slice
    var touched: Set<ServiceName> = []
    if let old {
      slicesOf[old.service]?.remove(name)
      if slicesOf[old.service]?.isEmpty == true { slicesOf[old.service] = nil }
      touched.insert(old.service)
    }
    if let slice {
      slicesOf[slice.service, default: []].insert(name)
      touched.insert(slice.service)
    }
    return touched
  }

  /// Computes what a service publishes, and settles who owns the frontends it gained or lost.
  mutating func compute(
    _ name: ServiceName, from service: ServiceInfo?, at addresses: ServiceAddresses<Address>?, place: NodePlace,
    maglev: MaglevLimits
  ) {
    let before = published[name] ?? [:]
    var after: [FrontendKey<Address>: FrontendSpec<Address>] = [:]
    tooLarge[name] = nil
    if let service, let addresses {
      let own = (slicesOf[name] ?? []).compactMap { slices[$0] }
      let all = ServiceFrontends(name, service, at: addresses, slices: own, place: place, maglev: maglev)
      after = all.specs
      if !all.tooLarge.isEmpty { tooLarge[name] = all.tooLarge }
    }
    let wanted = after.filter { $0.value.maglev != nil }.keys.map { $0.maglevPort(name) }
    tables.set(wanted.reduce(into: [:]) { $0[$1, default: 0] += 1 }, of: name)
    published[name] = after.isEmpty ? nil : after
    for key in before.keys where after[key] == nil { claims[key]?.remove(name) }
    for key in after.keys { claims[key, default: []].insert(name) }
    for key in Set(before.keys).union(after.keys) { settle(key) }
  }

  /// Gives Maglev tables to as many service ports as may have them. Call it when services were computed.
  mutating func giveTables(_ limits: MaglevLimits) {
    for port in tables.settle(limits) {
      for key in published[port.service]?.keys.filter({ $0.maglevPort(port.service) == port }) ?? [] { settle(key) }
    }
  }

  /// The service's addresses on that node that are ready.
  func readyAddresses(of name: ServiceName, on nodeName: String, evenUnready: Bool) -> Set<Address> {
    var addresses: Set<Address> = []
    for slice in (slicesOf[name] ?? []).compactMap({ slices[$0] }) {
      for endpoint in slice.endpoints where endpoint.nodeName == nodeName {
        if evenUnready || endpoint.condition == .ready { addresses.insert(endpoint.address) }
      }
    }
    return addresses
  }

  /// Of two that claim a frontend the better claim has it, and of two alike the first service by name.
  private mutating func settle(_ key: FrontendKey<Address>) {
    let winner = claims[key]?.min { precedes($0, $1, at: key) }
    if winner == nil { claims[key] = nil }
    if claims[key, default: []].count > 1 { contested.insert(key) } else { contested.remove(key) }
    var frontend = winner.flatMap { published[$0]?[key] }
    if let winner, !tables.admitted.contains(key.maglevPort(winner)) { frontend?.maglev = nil }
    if frontends[key] == frontend { return }
    frontends[key] = frontend
    changed.insert(key)
    guard key.address == .everyNode else { return }
    if frontend == nil { atNodes.remove(key) } else { atNodes.insert(key) }
  }

  private func precedes(_ left: ServiceName, _ right: ServiceName, at key: FrontendKey<Address>) -> Bool {
    guard let first = published[left]?[key]?.kind, let second = published[right]?[key]?.kind, first != second else {
      return left < right
    }
    return first < second
  }
}

extension FrontendKey {
  /// The port of a service that has it.
  fileprivate func maglevPort(_ service: ServiceName) -> MaglevPort {
    MaglevPort(service: service, port: port.host, proto: proto)
  }
}

/// An EndpointSlice's namespace and name.
public struct SliceName: Hashable, Sendable, CustomStringConvertible {
  public var namespace: String
  public var name: String

  public init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// "namespace/name".
  public var description: String { "\(namespace)/\(name)" }
}

/// Two services with the same address, port and protocol.
public struct FrontendConflict<Address: TextualIPAddress>: Hashable, Sendable {
  public var key: FrontendKey<Address>
  public var winner: ServiceName
  public var loser: ServiceName

  public init(key: FrontendKey<Address>, winner: ServiceName, loser: ServiceName) {
    self.key = key
    self.winner = winner
    self.loser = loser
  }
}
