import DataplaneABI
import KernelRuntime
import PathTable

/// Plays a row of the table through the programs of both nodes: what it cost, and which hosts it passed.
final class PathScenario {
  struct Outcome {
    var cells: [PathColumn: String]
    var seen: String
  }

  private let row: PathRow
  private let cluster: SimulatedCluster
  private let family: FamilyName
  private let client: Place
  private let server: Place
  private let socket: DiallingSocket
  /// What packets of the client are sent to: what it dialled, or what its socket made of that.
  private var target: DiallingSocket.Target
  /// The client's last packet as the server got it.
  private var received: Dissection?
  private var receivedIdentifier: UInt16 = 0

  private static let clientPort: UInt16 = 40_000
  private static let identifier: UInt16 = 0x4242

  init(_ row: PathRow) throws {
    self.row = row
    family = row.family == .ipv4 ? .v4 : .v6
    let cluster = try SimulatedCluster(
      family, natOutgoing: row.path != .podToOutside, nodes: row.path.moves ? [1, 2, 3] : [1, 2])
    self.cluster = cluster
    client = row.path.client.place
    server = row.path.server.place
    target = Self.dialled(row.path)
    socket = DiallingSocket(row, dials: target, on: try cluster.witnesses(of: 1))
    if row.path.hasService { addService() }
  }

  private static let nodePort: UInt16 = 30_080
  private static let services: [(proto: UInt8, id: UInt32)] = [
    (IPProtocolNumber.tcp, 5), (IPProtocolNumber.udp, 6), (IPProtocolNumber.sctp, 7),
  ]

  private static func dialled(_ path: PacketPath) -> DiallingSocket.Target {
    switch path.front {
    case .none: DiallingSocket.Target(place: path.server.place, port: 8080)
    case .clusterAddress: DiallingSocket.Target(place: .service(10), port: 80)
    case .nodePort: DiallingSocket.Target(place: path.dialledNode.place, port: nodePort)
    case .secondNodePort: DiallingSocket.Target(place: .second(1), port: nodePort)
    case .externalAddress, .maglevAddress: DiallingSocket.Target(place: .service(11), port: 80)
    }
  }

  /// Tells every node of the service that is dialled.
  private func addService() {
    let isNodePort = target.port == Self.nodePort
    for (number, node) in cluster.nodes {
      let isLocal = number == (server.isNode ? server.host : server.network)
      for (proto, id) in Self.services {
        node.service(
          isNodePort ? nil : target.place, port: target.port, proto: proto, id: id, backends: [server],
          localCount: isLocal ? 1 : 0, slots: row.path.front == .maglevAddress ? [server, server, server] : [])
      }
      if isNodePort { node.state.nodePorts = PortRange(first: Self.nodePort, count: 1) }
      if row.path.returnsDirectly { node.state.flags.insert(.returnsDirectly) }
    }
    if row.path.front == .secondNodePort {
      cluster.nodes[1]?.route(target.place, flags: [.host, .local])
      for node in cluster.nodes.values { node.addSecondInterface(isMarked: row.path.returnsDirectly) }
    }
  }

  /// How far the flow is.
  private enum Stage { case opens, confirms, goesOn }

  func play() throws -> Outcome {
    if row.path.moves {
      cluster.ingress = 3
      _ = try exchange(.opens)
      if row.transport == .tcp { _ = try exchange(.confirms) }
      cluster.ingress = 1
    }
    let (first, answer) = try exchange(row.path.moves ? .goesOn : .opens)
    // The first acknowledgement pays for having the connection kept.
    if row.transport == .tcp { _ = try ask(.confirms) }
    if row.transport == .sctp { _ = try exchange(.confirms) }
    let (there, back) = try exchange(.goesOn)
    let (nextThere, nextBack) = try exchange(.goesOn)
    guard (there.instructions, back.instructions) == (nextThere.instructions, nextBack.instructions) else {
      throw Mismatch("packets of an established flow cost \(there.instructions), then \(nextThere.instructions)")
    }
    let cells: [PathColumn: String] = [
      .conntrack: "\(there.conntrack), \(back.conntrack)", .other: "\(there.other), \(back.other)",
      .there: there.instructions, .back: back.instructions, .first: first.instructions,
      .socket: socket.costs.joined(separator: ", "),
    ]
    return Outcome(cells: cells, seen: SeenOn.text(hosts(first, from: client) + hosts(answer, from: server)))
  }

  private func exchange(_ stage: Stage) throws -> (there: SimulatedCluster.Trip, back: SimulatedCluster.Trip) {
    (try ask(stage), try answer(stage))
  }

  /// The client sends to what it dialled; the server must get it.
  private func ask(_ stage: Stage) throws -> SimulatedCluster.Trip {
    target = try socket.send()
    let frame = Frame(
      family: family, source: client, sourcePort: Self.clientPort, destination: target.place,
      destinationPort: target.port, transport: transport(isAnswer: false, stage, Self.identifier))
    let (trip, frameThen) = try send(frame, from: client, to: server)
    guard row.transport == .echo || frameThen.destinationPort == 8080 else {
      throw Mismatch("the server's port is \(frameThen.destinationPort)")
    }
    (received, receivedIdentifier) = (frameThen, identifier(trip.bytes))
    return trip
  }

  /// The server answers; to the client it must come from what it sent to.
  private func answer(_ stage: Stage) throws -> SimulatedCluster.Trip {
    guard let received else { throw Mismatch("the server has got nothing") }
    let frame = Frame(
      family: family, source: Place(received.destination), sourcePort: received.destinationPort,
      destination: Place(received.source), destinationPort: received.sourcePort,
      transport: transport(isAnswer: true, stage, receivedIdentifier))
    let (trip, arrived) = try send(frame, from: server, to: client)
    let isRight =
      row.transport == .echo
      ? identifier(trip.bytes) == Self.identifier
      : arrived.sourcePort == target.port && arrived.destinationPort == Self.clientPort
    guard isRight, Place(arrived.source) == target.place else { throw Mismatch("the answer arrives as \(arrived)") }
    try socket.receive()
    return trip
  }

  private func send(
    _ frame: Frame, from source: Place, to destination: Place
  ) throws -> (SimulatedCluster.Trip, Dissection) {
    let trip = try cluster.send(frame, from: source)
    let arrived = Dissection(trip.bytes)
    guard trip.end == destination, Place(arrived.destination) == destination, arrived.checksumsHold else {
      throw Mismatch("\(frame) arrives at \(trip.end) as \(arrived)")
    }
    return (trip, arrived)
  }

  private func transport(isAnswer: Bool, _ stage: Stage, _ identifier: UInt16) -> Frame.Transport {
    switch (row.transport, stage) {
    case (.tcp, .opens): isAnswer ? .synAck : .syn
    case (.tcp, _): .ack
    case (.udp, _): .udp
    case (.echo, _): .icmp(type: isAnswer ? family.echoReply : family.echoRequest, identifier: identifier)
    case (.sctp, .opens): isAnswer ? .initiationAck : .initiation
    case (.sctp, .confirms): isAnswer ? .cookieAck : .cookieEcho
    case (.sctp, .goesOn): .chunk(0, byClient: !isAnswer)
    }
  }

  private func identifier(_ bytes: [UInt8]) -> UInt16 {
    let offset = 14 + family.headerLength + 4
    return UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
  }

  /// The hosts that a packet was on; none if it never left its pod.
  private func hosts(_ trip: SimulatedCluster.Trip, from source: Place) -> [String] {
    trip.stops.isEmpty ? [] : [source.hostName] + trip.stops.map { "node\($0.node)" } + [trip.end.hostName]
  }
}

extension Place {
  /// The host that somebody lives on.
  fileprivate var hostName: String { isOutside ? "outside" : "node\(isNode ? host : network)" }
}

// MARK: What it costs

extension SimulatedCluster.Trip {
  /// A number for each node that the packet passes, in the order that it does; 0 if it passes none.
  private func perNode(_ cost: (Witnesses.Outcome) -> Int) -> String {
    var sums: [(node: UInt8, sum: Int)] = []
    for stop in stops {
      if sums.last?.node != stop.node { sums.append((stop.node, 0)) }
      sums[sums.count - 1].sum += cost(stop.outcome)
    }
    return sums.isEmpty ? "0" : sums.map { "\($0.sum)" }.joined(separator: " + ")
  }

  var instructions: String { perNode(\.instructions) }
  var conntrack: String { perNode { $0.calls.count(where: \.looksIntoConntrack) } }
  var other: String { perNode { $0.calls.count(where: \.searchesElsewhere) } }
}

extension KernelCall {
  private static let conntrack: Set = [
    MapName.conntrack4, MapName.conntrack6, MapName.established4, MapName.established6,
  ]
  /// The verifier turns their look-ups into address arithmetic.
  private static let arrays: Set = [MapName.node, MapName.scratch]

  fileprivate var looksIntoConntrack: Bool {
    guard case .lookup(let map) = self else { return false }
    return Self.conntrack.contains(map)
  }

  /// Other maps, the kernel's sockets and routes.
  fileprivate var searchesElsewhere: Bool {
    switch self {
    case .lookup(let map): !Self.conntrack.contains(map) && !Self.arrays.contains(map)
    case .socket, .fib: true
    default: false
    }
  }
}
