import DataplaneABI
import KernelRuntime

@testable import Datapath
@testable import DatapathPrograms

/// One node of a small cluster around a simulated kernel: pods 1, 2, 3 behind interfaces 11, 12, 13, the fabric behind
/// interface 2, node 2 with its pods at the other end of it.
final class World {
  let kernel = SimulatedKernel()
  let family: FamilyName
  static let fabric: UInt32 = 2
  static func interface(of pod: UInt8) -> UInt32 { 10 + UInt32(pod) }

  init(_ family: FamilyName) {
    self.family = family
    state = NodeState(routeGeneration: 7, address4: IPv4Address(.node(1)), address6: IPv6Address(.node(1)))
    for pod: UInt8 in 1...3 { addPod(pod) }
    route(.node(1), flags: [.host, .local])
    route(.node(2), flags: [.host], interface: Self.fabric, nextHop: .node(2))
    // The pods of node 2.
    route(.pod(0, node: 2), prefix: 24, flags: [.workload, .inPool], interface: Self.fabric, nextHop: .node(2))
  }

  /// What became of a frame.
  struct Outcome {
    var verdict: Verdict
    var redirect: Redirect?
    var frame: Dissection
    var bytes: [UInt8]
    var mark: UInt32
    var calls: [KernelCall]
  }

  enum Program: CaseIterable { case workloadIngress, workloadEgress, hostIngress, hostEgress }

  @discardableResult
  func send(_ frame: Frame, _ program: Program, interface: UInt32, configure: (SimulatedPacket) -> Void = { _ in })
    -> Outcome
  {
    send(bytes: frame.bytes, program, interface: interface, configure: configure)
  }

  func send(
    bytes: [UInt8], _ program: Program, interface: UInt32, configure: (SimulatedPacket) -> Void = { _ in }
  ) -> Outcome {
    let packet = SimulatedPacket(bytes, interfaceIndex: interface)
    configure(packet)
    let verdict = run(packet, program)
    return Outcome(
      verdict: verdict, redirect: kernel.redirect, frame: Dissection(packet.bytes), bytes: packet.bytes,
      mark: packet.mark,
      calls: kernel.calls)
  }

  func run(_ packet: SimulatedPacket, _ program: Program) -> Verdict {
    kernel.run(packet) {
      switch program {
      case .workloadIngress: workload_ingress($0)
      case .workloadEgress: workload_egress($0)
      case .hostIngress: host_ingress($0)
      case .hostEgress: host_egress($0)
      }
    }
  }

  /// Pod `pod` sends.
  @discardableResult func fromPod(_ pod: UInt8, _ frame: Frame) -> Outcome {
    send(frame, .workloadIngress, interface: Self.interface(of: pod))
  }
  @discardableResult func fromPod(_ pod: UInt8, bytes: [UInt8]) -> Outcome {
    send(bytes: bytes, .workloadIngress, interface: Self.interface(of: pod))
  }
  /// The fabric delivers.
  @discardableResult func fromFabric(_ frame: Frame) -> Outcome {
    send(frame, .hostIngress, interface: Self.fabric)
  }
  /// The host stack sends out of the node.
  @discardableResult func fromHost(_ frame: Frame, interface: UInt32 = fabric, mark: UInt32 = 0) -> Outcome {
    send(frame, .hostEgress, interface: interface) { $0.mark = mark }
  }
  /// The host stack sends to pod `pod`.
  @discardableResult func toPod(_ pod: UInt8, _ frame: Frame, mark: UInt32 = 0) -> Outcome {
    send(frame, .workloadEgress, interface: Self.interface(of: pod)) { $0.mark = mark }
  }
}

// MARK: Filling maps

extension World {
  func map(_ name: String) -> MapStorage {
    guard let definition = DatapathMaps.all.first(where: { $0.name == name }) else {
      preconditionFailure("no map \(name)")
    }
    return kernel.contents(of: definition)
  }

  func setGeneration(_ generation: UInt32) {
    state.routeGeneration = generation
  }

  /// What the agent tells the programs about the node.
  var state: NodeState {
    get { map(MapName.node).get(UInt32(0), as: NodeState.self) ?? NodeState(routeGeneration: 0) }
    set { map(MapName.node).set(UInt32(0), newValue) }
  }

  func addPod(_ pod: UInt8, interface: UInt32? = nil) {
    route(
      .pod(pod), flags: [.workload, .local, .inPool], interface: interface ?? Self.interface(of: pod),
      mac: MACAddress(0x0002, 0, UInt16(pod).bigEndian))
  }

  /// `prefix` is in IPv4 terms; the IPv6 twin of a /24 is a /64.
  func route(
    _ place: Place, prefix: UInt32 = 32, flags: RouteFlags, interface: UInt32 = 0, nextHop: Place? = nil,
    mac: MACAddress = .none, mtu: UInt16 = 0
  ) {
    func add<Address: TestAddress>(_: Address.Type) {
      let length = prefix == 32 ? Address.bitWidth : family == .v4 ? prefix : 64
      map(Address.routesMap).set(
        RouteKey(prefixLength: length, address: Address(place)),
        Route(flags: flags, interfaceIndex: interface, nextHop: nextHop.map { Address($0) } ?? .any, mac: mac, mtu: mtu)
      )
    }
    family == .v4 ? add(IPv4Address.self) : add(IPv6Address.self)
  }

  func removeRoute(_ place: Place) {
    func remove<Address: TestAddress>(_: Address.Type) {
      map(Address.routesMap).remove(RouteKey(host: Address(place)))
    }
    family == .v4 ? remove(IPv4Address.self) : remove(IPv6Address.self)
  }

  /// A service at `place`, with these backends on port `targetPort`, and other endpoints that take no new connections. What it
  /// had before is gone.
  ///
  /// - Parameters:
  ///   - place: nil is every node.
  ///   - slots: whose those of its Maglev table are.
  func service(
    _ place: Place? = .service(10), port: UInt16 = 80, proto: UInt8 = IPProtocolNumber.tcp, id: UInt32 = 5,
    backends: [Place], targetPort: UInt16 = 8080, localCount: UInt32 = 0, flags: FrontendFlags = [],
    affinitySeconds: UInt32 = 0, clusterFirst: UInt32 = 0,
    others: [Place: MemberFlags] = [:], slots: [Place] = []
  ) {
    func add<Address: TestAddress>(_: Address.Type) {
      removeMembers(Address.self, of: id)
      for (place, flags) in others.merging(backends.map { ($0, [.takesNew, .serving]) }, uniquingKeysWith: { $1 }) {
        map(Address.membersMap).set(
          MemberKey(id: id, address: Address(place), port: BigEndian16(targetPort)), flags)
      }
      for (ordinal, backend) in backends.enumerated() {
        map(Address.backendsMap).set(
          BackendKey(id: id, ordinal: UInt32(ordinal)),
          Backend(address: Address(backend), port: BigEndian16(targetPort)))
      }
      for (slot, owner) in slots.enumerated() {
        map(Address.maglevMap).set(
          BackendKey(id: id, ordinal: UInt32(slot)), Backend(address: Address(owner), port: BigEndian16(targetPort)))
      }
      map(Address.frontendsMap).set(
        FrontendKey(address: place.map { Address($0) } ?? .everyNode, port: BigEndian16(port), proto: proto),
        Frontend(
          id: id, count: UInt32(backends.count), localCount: localCount, affinitySeconds: affinitySeconds,
          flags: slots.isEmpty ? flags : flags.union(.maglev), clusterFirst: clusterFirst,
          maglevSlots: UInt16(slots.count)))
    }
    family == .v4 ? add(IPv4Address.self) : add(IPv6Address.self)
  }

  /// Clients that the service of that id takes from outside; `prefix` as for routes.
  func sourceRange(_ place: Place, prefix: UInt32, id: UInt32 = 5) {
    func add<Address: TestAddress>(_: Address.Type) {
      let length = prefix == 32 ? Address.bitWidth : family == .v4 ? prefix : 64
      map(Address.sourceRangesMap).set(SourceRangeKey(id: id, address: Address(place), length: length), UInt32(1))
    }
    family == .v4 ? add(IPv4Address.self) : add(IPv6Address.self)
  }

  /// Takes a service away, with its backends.
  func removeService(
    _ place: Place = .service(10), port: UInt16 = 80, proto: UInt8 = IPProtocolNumber.tcp, id: UInt32 = 5
  ) {
    func remove<Address: TestAddress>(_: Address.Type) {
      removeMembers(Address.self, of: id)
      map(Address.frontendsMap).remove(
        FrontendKey(address: Address(place), port: BigEndian16(port), proto: proto))
    }
    family == .v4 ? remove(IPv4Address.self) : remove(IPv6Address.self)
  }

  private func removeMembers<Address: TestAddress>(_: Address.Type, of id: UInt32) {
    for bytes in map(Address.membersMap).bytes.keys {
      let key = bytes.withUnsafeBytes { $0.loadUnaligned(as: MemberKey<Address>.self) }
      if key.id == id { map(Address.membersMap).remove(key) }
    }
  }

  func removeBackends() { map(family == .v4 ? MapName.backends4 : MapName.backends6).removeAll() }
}
