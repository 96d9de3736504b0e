import DataplaneABI
import KernelRuntime

/// Two nodes or more, and what lies between their programs: the host stacks, a cable to each pod, and the fabric.
final class SimulatedCluster {
  /// A program that a packet met.
  struct Stop {
    let node: UInt8
    let outcome: Witnesses.Outcome
  }

  /// A packet's way to whoever it was for.
  struct Trip {
    var stops: [Stop] = []
    var end: Place
    var bytes: [UInt8] = []
  }

  private enum Position {
    /// Coming in at an interface of a node.
    case ingress(UInt8, UInt32)
    /// About to leave by an interface, to a next hop if one was chosen.
    case egress(UInt8, UInt32, Neighbour?)
    /// In a node's host stack.
    case stack(UInt8)
    case arrived(Place)
  }

  let nodes: [UInt8: World]
  private let witnesses: [UInt8: Witnesses]
  private let family: FamilyName
  private static let loopback: UInt32 = 1
  /// The node that leads to services' addresses, for whoever is outside.
  var ingress: UInt8 = 1
  /// Nodes that nothing gets to.
  var cutOff: Set<UInt8> = []

  init(_ family: FamilyName, natOutgoing: Bool, nodes numbers: [UInt8] = [1, 2]) throws {
    self.family = family
    let nodes = Dictionary(
      uniqueKeysWithValues: numbers.map { ($0, World.node($0, family, natOutgoing: natOutgoing, of: numbers)) })
    for node in nodes.values { node.kernel.nextRandom = { 0 } }
    self.nodes = nodes
    witnesses = try nodes.mapValues { try Witnesses($0.kernel) }
  }

  func witnesses(of node: UInt8) throws -> Witnesses {
    guard let witnesses = witnesses[node] else { throw Mismatch("no node \(node)") }
    return witnesses
  }

  /// Sends a packet from whoever lives at `source` and follows it to where it arrives.
  func send(_ frame: Frame, from source: Place) throws -> Trip {
    var trip = Trip(end: source)
    var packet = SimulatedPacket(frame.bytes, interfaceIndex: 0)
    var position = start(source, frame.destination)
    for _ in 0..<16 {
      if case .arrived(let place) = position {
        trip.end = place
        trip.bytes = packet.bytes
        return trip
      }
      position = try advance(position, &packet, &trip)
    }
    throw Mismatch("a packet goes round in circles")
  }

  /// What a sender's own stack makes of it: what is for the sender itself never leaves a pod, and passes a node's loopback.
  private func start(_ source: Place, _ destination: Place) -> Position {
    if source.isNode, source == destination { return .egress(source.host, Self.loopback, nil) }
    if source.isNode { return routed(source.host, destination) }
    if source == destination { return .arrived(source) }
    return source.isOutside
      ? .ingress(entry(to: destination), source.outerInterface)
      : .ingress(source.network, World.interface(of: source.host))
  }

  /// The node that leads to a place, for whoever is outside.
  private func entry(to destination: Place) -> UInt8 {
    if destination.isNode { return destination.host }
    return nodes[destination.network] == nil ? ingress : destination.network
  }

  /// Where a node's stack sends: up to itself, to a pod, or over the fabric, where its default route leads.
  private func routed(_ node: UInt8, _ destination: Place) -> Position {
    if destination.isNode, destination.host == node { return .arrived(destination) }
    let toPod = destination.network == node
    return .egress(node, toPod ? World.interface(of: destination.host) : World.fabric, nil)
  }

  private func advance(_ position: Position, _ packet: inout SimulatedPacket, _ trip: inout Trip) throws -> Position {
    switch position {
    case .ingress(let node, let interface):
      let program: World.Program = World.leadsToPod(interface) ? .workloadIngress : .hostIngress
      let verdict = try run(program, node, interface, packet, &trip)
      return try verdict == .next ? .stack(node) : redirected(node, verdict, packet)
    case .egress(let node, let interface, let nextHop):
      let program: World.Program = World.leadsToPod(interface) ? .workloadEgress : .hostEgress
      let verdict = try run(program, node, interface, packet, &trip)
      guard verdict == .next else { return try redirected(node, verdict, packet) }
      return try leave(node, interface, nextHop, &packet)
    case .stack(let node): return routed(node, destination(of: packet))
    case .arrived: return position
    }
  }

  private func run(
    _ program: World.Program, _ node: UInt8, _ interface: UInt32, _ packet: SimulatedPacket, _ trip: inout Trip
  ) throws -> Verdict {
    packet.interfaceIndex = interface
    let outcome = try witnesses(of: node).run(packet, program)
    trip.stops.append(Stop(node: node, outcome: outcome))
    return Verdict(rawValue: outcome.verdict)
  }

  private func redirected(_ node: UInt8, _ verdict: Verdict, _ packet: SimulatedPacket) throws -> Position {
    guard verdict == .redirect, let redirect = nodes[node]?.kernel.redirect else {
      throw Mismatch("node \(node) drops a packet to \(destination(of: packet))")
    }
    switch redirect {
    case .peer(let interface): return .arrived(.pod(UInt8(interface - 10), node: node))
    case .out(let interface): return .egress(node, interface, nil)
    case .into(Self.loopback): return routed(node, destination(of: packet))
    case .into(let interface): return .ingress(node, interface)
    case .neighbour(let neighbour, let interface): return .egress(node, interface, neighbour)
    }
  }

  /// Over a cable to a pod, back into the host, or over the fabric, where nobody sees the mark.
  private func leave(
    _ node: UInt8, _ interface: UInt32, _ nextHop: Neighbour?, _ packet: inout SimulatedPacket
  ) throws -> Position {
    let destination = destination(of: packet)
    if World.leadsToPod(interface) { return .arrived(.pod(UInt8(interface - 10), node: node)) }
    if interface == Self.loopback { return routed(node, destination) }
    packet = SimulatedPacket(packet.bytes, interfaceIndex: 0)
    if destination.isOutside {
      guard interface == destination.outerInterface else { throw Mismatch("nobody is \(destination) there") }
      return .arrived(destination)
    }
    let owner = destination.isNode ? destination.host : destination.network
    if let nextHop, place(nextHop) != .node(owner) { throw Mismatch("\(destination) by way of \(place(nextHop))") }
    guard nodes[owner] != nil, owner != node, !cutOff.contains(owner) else {
      throw Mismatch("the fabric has nobody for \(destination)")
    }
    return .ingress(owner, World.fabric)
  }

  private func destination(of packet: SimulatedPacket) -> Place { Place(Dissection(packet.bytes).destination) }

  /// An IPv4 next hop is in the first word.
  private func place(_ neighbour: Neighbour) -> Place {
    Place(withUnsafeBytes(of: neighbour.nextHop) { Array($0.prefix(family == .v4 ? 4 : 16)) })
  }
}

extension Place {
  /// Reads an address of the small cluster back.
  init(_ octets: [UInt8]) { self.init(network: octets[octets.count == 4 ? 2 : 7], host: octets[octets.count - 1]) }

  var isNode: Bool { network == 77 || network == 78 }
  var isOutside: Bool { network == 200 }

  /// The interface of nodes that leads to who is outside.
  fileprivate var outerInterface: UInt32 { self == .farOutside ? World.second : World.fabric }
}

extension World {
  fileprivate static func leadsToPod(_ interface: UInt32) -> Bool { interface > 10 }
}
