import DataplaneABI

/// Services and EndpointSlices to frontends and backends, for the node it is made for.
///
/// `set` takes in the present state object by object and is cheap; `compute` works out what that changes, for the
/// services concerned and no others.
public struct ServiceCalculator: Sendable {
  public private(set) var ipv4 = FamilyServices<IPv4Address>()
  public private(set) var ipv6 = FamilyServices<IPv6Address>()

  private var place: NodePlace
  private var services: [ServiceName: ServiceInfo] = [:]
  private var dirty: Set<ServiceName> = []
  private var maglev = MaglevLimits()
  /// Those with a `healthCheckNodePort`.
  private var checked: Set<ServiceName> = []

  /// A calculator for the node of that name, with no services yet.
  public init(nodeName: String) { place = NodePlace(nodeName: nodeName) }

  /// Says which zone the node is in; empty is none.
  public mutating func set(zone: String) {
    if zone == place.zone { return }
    place.zone = zone
    dirty.formUnion(services.keys)
  }

  /// Says how large Maglev tables may be, and how many.
  public mutating func set(maglev limits: MaglevLimits) {
    if limits == maglev { return }
    maglev = limits
    dirty.formUnion(services.filter { $0.value.usesMaglev }.keys)
  }

  /// Replaces a service, or removes it.
  public mutating func set(_ service: ServiceInfo?, named name: ServiceName) {
    if services[name] == service { return }
    services[name] = service
    if service?.healthCheckPort ?? 0 != 0 { checked.insert(name) } else { checked.remove(name) }
    dirty.insert(name)
  }

  /// Replaces a slice of IPv4 endpoints, or removes it.
  public mutating func set(ipv4 slice: EndpointSliceInfo<IPv4Address>?, named name: SliceName) {
    dirty.formUnion(ipv4.set(slice, named: name))
  }

  /// Replaces a slice of IPv6 endpoints, or removes it.
  public mutating func set(ipv6 slice: EndpointSliceInfo<IPv6Address>?, named name: SliceName) {
    dirty.formUnion(ipv6.set(slice, named: name))
  }

  /// Brings `ipv4` and `ipv6` up to date with what was set.
  public mutating func compute() {
    for name in dirty {
      let service = services[name]
      ipv4.compute(name, from: service, at: service?.ipv4, place: place, maglev: maglev)
      ipv6.compute(name, from: service, at: service?.ipv6, place: place, maglev: maglev)
    }
    ipv4.giveTables(maglev)
    ipv6.giveTables(maglev)
    dirty = []
  }

  /// What load balancers are told, by `healthCheckNodePort`. Of two services with one port the first by name has it; an API
  /// server gives a port only once.
  public var health: [UInt16: ServiceHealth] {
    var health: [UInt16: ServiceHealth] = [:]
    for name in checked.sorted() {
      guard let service = services[name], health[service.healthCheckPort] == nil else { continue }
      let all = service.publishNotReadyAddresses
      health[service.healthCheckPort] = ServiceHealth(
        service: name,
        localEndpoints: max(
          ipv4.readyAddresses(of: name, on: place.nodeName, evenUnready: all).count,
          ipv6.readyAddresses(of: name, on: place.nodeName, evenUnready: all).count))
    }
    return health
  }

  /// The frontends that `compute` changed since the last call, by family.
  public mutating func takeChanges() -> (
    ipv4: Set<FrontendKey<IPv4Address>>, ipv6: Set<FrontendKey<IPv6Address>>
  ) {
    (ipv4.takeChanges(), ipv6.takeChanges())
  }
}
