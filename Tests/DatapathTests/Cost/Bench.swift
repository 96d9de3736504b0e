import DataplaneABI
import DatapathPrograms
import EBPF
import KernelRuntime

/// A path of a packet that is measured.
enum MeasuredPath: String, CaseIterable {
  case localPod = "established TCP, pod to local pod"
  case remotePod = "established TCP, pod to remote pod"
  case remoteAnswer = "its answer at the host's interface, to local pod"
  case service = "established TCP through a ClusterIP to remote pod"
  case serviceAnswer = "its answer at the host's interface, translated back"
  case newUDP = "new UDP flow, pod to remote pod"
  case newTCP = "new TCP flow, pod to remote pod"
  case newService = "new TCP flow through a ClusterIP to remote pod"
  case newInbound = "new TCP flow, host's interface to local pod"

  var isNew: Bool { [.newUDP, .newTCP, .newService, .newInbound].contains(self) }

  var program: String {
    switch self {
    case .remoteAnswer, .serviceAnswer, .newInbound: "host_ingress"
    default: "workload_ingress"
    }
  }

  /// The frame whose cost is measured.
  func frame(_ family: FamilyName) -> Frame {
    let remote = Place.pod(9, node: 2)
    func make(_ source: Place, _ port: UInt16, _ target: Place, _ targetPort: UInt16, _ transport: Frame.Transport)
      -> Frame
    {
      Frame(
        family: family, source: source, sourcePort: port, destination: target, destinationPort: targetPort,
        transport: transport)
    }
    return switch self {
    case .localPod: make(.pod(1), 1000, .pod(2), 80, .ack)
    case .remotePod: make(.pod(1), 1001, remote, 80, .ack)
    case .remoteAnswer: make(remote, 80, .pod(1), 1001, .ack)
    case .service: make(.pod(1), 1002, .service(10), 80, .ack)
    case .serviceAnswer: make(remote, 8080, .pod(1), 1002, .ack)
    case .newUDP: make(.pod(1), 0, remote, 53, .udp)
    case .newTCP: make(.pod(1), 0, remote, 80, .syn)
    case .newService: make(.pod(1), 0, .service(10), 80, .syn)
    case .newInbound: make(remote, 0, .pod(2), 80, .syn)
    }
  }

  /// The three packets that establish the flow.
  func handshake(_ family: FamilyName) -> [(MeasuredPath, Frame)] {
    let pairs: [(MeasuredPath, MeasuredPath)] = [(.remotePod, .remoteAnswer), (.service, .serviceAnswer)]
    guard let (there, back) = pairs.first(where: { $0.0 == self || $0.1 == self }) else {
      var answer = frame(family)
      (answer.source, answer.destination) = (answer.destination, answer.source)
      (answer.sourcePort, answer.destinationPort) = (answer.destinationPort, answer.sourcePort)
      return isNew
        ? []
        : [
          (self, frame(family, .syn)),
          (
            self,
            {
              answer.transport = .synAck; return answer
            }()
          ), (self, frame(family)),
        ]
    }
    return [(there, there.frame(family, .syn)), (back, back.frame(family, .synAck)), (there, there.frame(family))]
  }

  private func frame(_ family: FamilyName, _ transport: Frame.Transport) -> Frame {
    var frame = frame(family)
    frame.transport = transport
    return frame
  }
}

/// The loaded object with two pods, services and a neighbour node.
final class Bench {
  private let object: LoadedObject

  /// - Parameter services: how many there are, with ten backends each; the one that is called comes last.
  init(services: Int = 1) throws {
    let spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    object = try spec.load(LoadOptions(adjust: { $0.maxEntries = min($0.maxEntries, 512_000) }))
    try object.maps.typed(MapName.node, UInt32.self, NodeState.self).update(0, NodeState(routeGeneration: 0))
    try fill(IPv4Address.self, services)
    try fill(IPv6Address.self, services)
    try object.countRoom()
  }

  func info(_ name: String) throws -> ProgramInfo { try object.program(name).info() }

  func harness(_ path: MeasuredPath, _ family: FamilyName) throws -> RestoringHarness {
    for (path, frame) in path.handshake(family) { _ = try object.program(path.program).run(frame.bytes) }
    let port = path.isNew ? Int16(14 + family.headerLength) : nil
    return try RestoringHarness(
      path.frame(family).bytes, freshPortAt: port, try object.program(path.program), verdict: 7)
  }

  /// How many flows were made since this was last asked; those of the handshakes not counted.
  func created(_ family: FamilyName) throws -> Int {
    let counters = try object.maps.typed(MapName.counters, CounterKey.self, Counters.self)
    var sum = 0
    for (key, values) in try counters.entriesPerCPU() {
      sum += values.reduce(0) { $0 + Int($1.events[Int(CounterIndex.newFlow.rawValue)]) }
      try counters.delete(key)
    }
    return sum - 3
  }

  /// Test runs take place on the loopback interface, so the pods of this node are there.
  private func fill<Address: TestAddress>(_: Address.Type, _ services: Int) throws {
    let routes = try object.maps.typed(Address.routesMap, RouteKey<Address>.self, Route<Address>.self)
    for pod: UInt8 in 1...2 {
      try routes.update(RouteKey(host: Address(.pod(pod))), Route(flags: [.workload, .local], interfaceIndex: 1))
    }
    let remote = Address(.pod(9, node: 2))
    try routes.update(
      RouteKey(host: remote), Route(flags: .workload, interfaceIndex: 2, nextHop: Address(.node(2))))
    let backends = try object.maps.typed(Address.backendsMap, BackendKey.self, Backend<Address>.self)
    let members = try object.maps.typed(Address.membersMap, MemberKey<Address>.self, MemberFlags.self)
    let frontends = try object.maps.typed(Address.frontendsMap, FrontendKey<Address>.self, Frontend.self)
    for id in 1...UInt32(services) {
      // Of the one that is called all ten are one pod, so that answers come from where they are expected.
      let isCalled = id == UInt32(services)
      for ordinal: UInt32 in 0..<10 {
        let port = BigEndian16(isCalled ? 8080 : UInt16(8080 + ordinal))
        try backends.update(BackendKey(id: id, ordinal: ordinal), Backend(address: remote, port: port))
        try members.update(MemberKey(id: id, address: remote, port: port), [.takesNew, .serving])
      }
      let place = isCalled ? Place.service(10) : Place(network: UInt8(100 + id / 250), host: UInt8(id % 250))
      try frontends.update(
        FrontendKey(address: Address(place), port: BigEndian16(80), proto: IPProtocolNumber.tcp),
        Frontend(id: id, count: 10))
    }
  }
}
