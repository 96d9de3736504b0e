import CalicoAPI
import Dataplane
import DataplaneABI
import Routing
import Services

/// A node with pods and services: what its kernel has, and what it should hold.
struct Scene {
  var pods: [UInt8] = []
  var services: [UInt8: [UInt8]] = [:]
  /// Who may use the services of these numbers, as the third octets of 192.0.x.0/24.
  var clients: [UInt8: Set<UInt8>] = [:]
  /// The services of these numbers that have a Maglev table, of so many slots.
  var slots: [UInt8: UInt16] = [:]
  var hasRemoteNode = false
  var dataInterfaces: Set<String> = ["eth0"]
  var settings = NodeSettings()
  var connectTime = ConnectTimeLoadBalancing.tcp

  static let uplink = InterfaceState(
    name: "eth0", index: 2, isUp: true,
    addresses: PerFamily(ipv4: [SubnetAddress(address: IPv4Address(10, 77, 0, 1), prefixLength: 24)], ipv6: []))

  static func pod(_ number: UInt8, isUp: Bool = false) -> InterfaceState {
    InterfaceState(
      name: "cali\(number)", index: 100 + UInt32(number), isUp: isUp, peerMAC: MACAddress(UInt16(number), 1, 1))
  }

  static func address(_ number: UInt8) -> IPv4Address { IPv4Address(10, 65, 1, number) }
  static func host(_ number: UInt8) -> RouteKey<IPv4Address> { RouteKey(host: address(number)) }

  static func frontend(_ number: UInt8) -> FrontendKey<IPv4Address> {
    FrontendKey(address: IPv4Address(10, 96, 0, number), port: BigEndian16(80), proto: IPProtocolNumber.tcp)
  }

  static func clients(_ number: UInt8) -> RouteKey<IPv4Address> {
    RouteKey(prefixLength: 24, address: IPv4Address(192, 0, number, 0))
  }

  /// The pod of that number; 0 is the node itself.
  static func backend(_ number: UInt8) -> Backend<IPv4Address> {
    Backend(address: number == 0 ? IPv4Address(10, 77, 0, 1) : address(number), port: BigEndian16(8080))
  }

  /// What the calculation would make of it, given the interfaces.
  func desired(_ interfaces: [String: InterfaceState]) -> DesiredState {
    var state = DesiredState()
    for (number, backends) in services {
      state.frontends.ipv4[Self.frontend(number)] = FrontendSpec(
        service: ServiceName(namespace: "default", name: "s\(number)"), backends: backends.map { Self.backend($0) },
        localCount: 0, sourceRanges: clients[number].map { Set($0.map { Self.clients($0) }) },
        maglev: slots[number].flatMap { MaglevTable(backends.map { Self.backend($0) }, slots: $0) })
    }
    var nodes = ["node1": NodeInfo(internalIP: IPv4Address(10, 77, 0, 1))]
    if hasRemoteNode {
      nodes["node2"] = NodeInfo(
        internalIP: IPv4Address(10, 77, 0, 2),
        podCIDRs: [RouteKey(prefixLength: 24, address: IPv4Address(10, 65, 2, 0))])
    }
    state.routing.ipv4 = RouteCalculator.table(
      nodeName: "node1", nodes: nodes,
      workloads: Dictionary(
        uniqueKeysWithValues: pods.map {
          ("default/p\($0)", WorkloadInfo(interfaceName: "cali\($0)", addresses: [Self.address($0)]))
        }),
      interfaces: interfaces.mapValues {
        InterfaceFacts(index: $0.index, addresses: $0.addresses.ipv4, peerMAC: $0.peerMAC)
      })
    state.workloads = Dictionary(uniqueKeysWithValues: pods.map { ("cali\($0)", "default/p\($0)") })
    state.dataInterfaces = dataInterfaces
    state.settings = settings
    state.settings.felix.connectTimeLoadBalancing = connectTime
    return state
  }
}

extension FakeKernel {
  /// One that a driver has brought to a scene, with nothing noted of that, and the driver.
  static func brought(to scene: Scene) -> (kernel: FakeKernel, driver: DataplaneDriver<FakeKernel>) {
    let kernel = fresh(pods: [])
    var driver = kernel.driver()
    driver.turn(scene, on: kernel)
    kernel.crash(after: nil)
    return (kernel, driver)
  }

  /// A kernel with the uplink and the pods' interfaces, which are down.
  static func fresh(pods: [UInt8]) -> FakeKernel {
    let kernel = FakeKernel()
    var contents = kernel.contents
    for interface in [Scene.uplink] + pods.map({ Scene.pod($0) }) { contents.interfaces[interface.name] = interface }
    kernel.contents = contents
    return kernel
  }

  /// The backends that each frontend leads to; nil for one that is promised and not there.
  static func balanced(_ contents: Contents) -> [FrontendKey<IPv4Address>: [Backend<IPv4Address>?]] {
    contents.frontends4.mapValues { frontend in
      (0..<frontend.count).map { contents.backends4[BackendKey(id: frontend.id, ordinal: $0)] }
    }
  }

  /// Whose each slot of each frontend's table is; nil where there is nothing.
  static func slots(_ contents: Contents) -> [FrontendKey<IPv4Address>: [Backend<IPv4Address>?]] {
    contents.frontends4.filter { $0.value.flags.contains(.maglev) }.mapValues { frontend in
      (0..<UInt32(frontend.maglevSlots)).map { contents.maglev4[BackendKey(id: frontend.id, ordinal: $0)] }
    }
  }

  /// Who may use each frontend: nil is everybody.
  static func clients(_ contents: Contents) -> [FrontendKey<IPv4Address>: Set<UInt8>?] {
    contents.frontends4.mapValues { frontend -> Set<UInt8>? in
      guard frontend.flags.contains(.sourceRanges) else { return nil }
      return Set((0...255).filter { contents.ranges4[range($0, of: frontend.id)] != nil })
    }
  }

  private static func range(_ number: UInt8, of id: UInt32) -> SourceRangeKey<IPv4Address> {
    SourceRangeKey(id: id, address: Scene.clients(number).address, length: 24)
  }
}

extension DataplaneDriver where Kernel == FakeKernel {
  /// One turn of the agent: look, calculate, apply.
  @discardableResult
  mutating func turn(_ scene: Scene, on kernel: FakeKernel, changed: Set<UInt8>? = nil) -> ApplyReport {
    let interfaces = kernel.contents.interfaces
    let keys = Set((changed ?? Set(0...255)).map { Scene.frontend($0) })
    return apply(scene.desired(interfaces), changed: PerFamily(ipv4: keys, ipv6: []), interfaces: interfaces)
  }
}
