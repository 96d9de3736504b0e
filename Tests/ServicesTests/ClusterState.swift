import DataplaneABI
import Services

/// The Services and EndpointSlices of one moment.
struct ClusterState: Equatable {
  var services: [ServiceName: ServiceInfo] = [:]
  var slices4: [SliceName: EndpointSliceInfo<IPv4Address>] = [:]
  var slices6: [SliceName: EndpointSliceInfo<IPv6Address>] = [:]
  var zone = ""
  var maglev = MaglevLimits()

  static let empty = ClusterState()

  func with(_ service: ServiceInfo, _ name: String) -> ClusterState {
    var state = self
    state.services[ServiceName(namespace: "default", name: name)] = service
    return state
  }

  func with(
    _ endpoints: [EndpointInfo<IPv4Address>], of service: String, slice: String, ports: [ServicePortInfo] = [http(8080)]
  ) -> ClusterState {
    var state = self
    state.slices4[SliceName(namespace: "default", name: slice)] = EndpointSliceInfo(
      service: ServiceName(namespace: "default", name: service), ports: ports, endpoints: endpoints)
    return state
  }

  /// What a calculator that never saw anything else makes of it.
  func computed(on nodeName: String = "node1") -> Outcome {
    var calculator = ServiceCalculator(nodeName: nodeName)
    calculator.move(from: .empty, to: self)
    calculator.compute()
    return Outcome(calculator)
  }
}

/// The frontends of both families.
struct Outcome: Equatable {
  var ipv4: [FrontendKey<IPv4Address>: FrontendSpec<IPv4Address>]
  var ipv6: [FrontendKey<IPv6Address>: FrontendSpec<IPv6Address>]
  var conflicts: Set<FrontendConflict<IPv4Address>>

  init(_ calculator: ServiceCalculator) {
    ipv4 = calculator.ipv4.frontends
    ipv6 = calculator.ipv6.frontends
    conflicts = Set(calculator.ipv4.conflicts)
  }
}

extension ServiceCalculator {
  /// Feeds the difference between two states, `afterEach` object if asked to.
  mutating func move(
    from old: ClusterState, to new: ClusterState, slicesFirst: Bool = false,
    afterEach: (inout ServiceCalculator) -> Void = { _ in }
  ) {
    func services(_ calculator: inout ServiceCalculator) {
      for name in Set(old.services.keys).union(new.services.keys) {
        calculator.set(new.services[name], named: name)
        afterEach(&calculator)
      }
    }
    func slices(_ calculator: inout ServiceCalculator) {
      for name in Set(old.slices4.keys).union(new.slices4.keys) {
        calculator.set(ipv4: new.slices4[name], named: name)
        afterEach(&calculator)
      }
      for name in Set(old.slices6.keys).union(new.slices6.keys) {
        calculator.set(ipv6: new.slices6[name], named: name)
        afterEach(&calculator)
      }
    }
    set(zone: new.zone)
    set(maglev: new.maglev)
    if slicesFirst { slices(&self) }
    services(&self)
    if !slicesFirst { slices(&self) }
  }
}

func http(_ port: UInt16) -> ServicePortInfo { ServicePortInfo(name: "http", proto: IPProtocolNumber.tcp, port: port) }

func dns(_ port: UInt16) -> ServicePortInfo { ServicePortInfo(name: "dns", proto: IPProtocolNumber.udp, port: port) }

func pod(
  _ last: UInt8, on node: String? = "node2", _ condition: EndpointCondition = .ready
) -> EndpointInfo<IPv4Address> {
  EndpointInfo(address: IPv4Address(10, 65, 2, last), nodeName: node, condition: condition)
}

/// An endpoint that is meant for these places.
func hinted(
  _ last: UInt8, on node: String = "node2", _ condition: EndpointCondition = .ready, nodes: Set<String> = [],
  zones: Set<String> = []
) -> EndpointInfo<IPv4Address> {
  var endpoint = pod(last, on: node, condition)
  (endpoint.nodeHints, endpoint.zoneHints) = (nodes, zones)
  return endpoint
}

func backend(_ last: UInt8, port: UInt16 = 8080) -> Backend<IPv4Address> {
  Backend(address: IPv4Address(10, 65, 2, last), port: BigEndian16(port))
}

func frontend(_ last: UInt8, port: UInt16 = 80, proto: UInt8 = IPProtocolNumber.tcp) -> FrontendKey<IPv4Address> {
  FrontendKey(address: IPv4Address(10, 96, 0, last), port: BigEndian16(port), proto: proto)
}

func service(
  _ last: UInt8, ports: [ServicePortInfo] = [http(80)], internalLocal: Bool = false, publishNotReady: Bool = false
) -> ServiceInfo {
  ServiceInfo(
    ipv4: ServiceAddresses(clusterIP: IPv4Address(10, 96, 0, last)), ports: ports, internalLocal: internalLocal,
    publishNotReadyAddresses: publishNotReady)
}

/// One with a table, at its cluster address and a load balancer's.
func maglevService(_ last: UInt8, local: Bool = false) -> ServiceInfo {
  var info = externalService(
    last, nodePort: 30_000 + UInt16(last), externalIPs: [], loadBalancerIPs: [IPv4Address(203, 0, 113, last)],
    local: local)
  info.usesMaglev = true
  return info
}

/// The frontend of port `port` at an address.
func frontend(at address: IPv4Address, port: UInt16 = 80) -> FrontendKey<IPv4Address> {
  FrontendKey(address: address, port: BigEndian16(port), proto: IPProtocolNumber.tcp)
}

/// A service that is reached in every way there is.
func externalService(
  _ last: UInt8, nodePort: UInt16 = 30080, externalIPs: Set<IPv4Address> = [external],
  loadBalancerIPs: Set<IPv4Address> = [balancer], ranges: Set<RouteKey<IPv4Address>>? = nil, local: Bool = false,
  internalLocal: Bool = false
) -> ServiceInfo {
  ServiceInfo(
    ipv4: ServiceAddresses(
      clusterIP: IPv4Address(10, 96, 0, last), externalIPs: externalIPs, loadBalancerIPs: loadBalancerIPs,
      sourceRanges: ranges),
    ports: [ServicePortInfo(name: "http", proto: IPProtocolNumber.tcp, port: 80, nodePort: nodePort)],
    internalLocal: internalLocal, externalLocal: local)
}

let external = IPv4Address(198, 51, 100, 1)
let balancer = IPv4Address(203, 0, 113, 1)
