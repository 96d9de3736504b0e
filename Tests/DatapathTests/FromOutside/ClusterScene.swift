import DataplaneABI
import KernelRuntime

@testable import DatapathPrograms

/// Two nodes and a client outside; a service has port 30080 at every node.
struct ClusterScene {
  static let port: UInt16 = 30_080
  let cluster: SimulatedCluster
  let family: FamilyName

  init(_ family: FamilyName, direct: Bool = false, nodes: [UInt8] = [1, 2]) throws {
    self.family = family
    cluster = try SimulatedCluster(family, natOutgoing: false, nodes: nodes)
    for node in cluster.nodes.values {
      node.state.nodePorts = PortRange(first: 30_000, count: 1000)
      if direct { node.state.flags.insert(.returnsDirectly) }
    }
  }

  func node(_ number: UInt8) -> World {
    guard let node = cluster.nodes[number] else { preconditionFailure("no node \(number)") }
    return node
  }

  /// TCP, UDP and SCTP, with the backends of each node first there.
  func service(
    here: [Place] = [], there: [Place] = [], flags: FrontendFlags = [], affinitySeconds: UInt32 = 0
  ) {
    for (number, own, others) in [(UInt8(1), here, there), (2, there, here)] {
      for (id, proto) in [(UInt32(5), IPProtocolNumber.tcp), (6, IPProtocolNumber.udp), (7, IPProtocolNumber.sctp)] {
        node(number).service(
          nil, port: Self.port, proto: proto, id: id, backends: own + others, localCount: UInt32(own.count),
          flags: flags, affinitySeconds: affinitySeconds)
      }
    }
  }

  func request(
    _ transport: Frame.Transport, from client: Place = .outside(1), _ clientPort: UInt16 = 40_000,
    to node: UInt8 = 1, payload: [UInt8] = Array("hello, world".utf8)
  ) -> Frame {
    Frame(
      family: family, source: client, sourcePort: clientPort, destination: .node(node), destinationPort: Self.port,
      transport: transport, payload: payload)
  }

  /// What the receiver of `trip`'s packet answers.
  func answer(_ trip: SimulatedCluster.Trip, _ transport: Frame.Transport) -> Frame {
    let got = Dissection(trip.bytes)
    return Frame(
      family: family, source: Place(got.destination), sourcePort: got.destinationPort, destination: Place(got.source),
      destinationPort: got.sourcePort, transport: transport)
  }

  func flows(on node: UInt8) -> Int { self.node(node).flowCount }
}

extension ClusterScene {
  /// What node 2 makes of what node 1 makes of a packet from outside.
  func relay(_ frame: Frame) -> World.Outcome {
    let first = node(1).fromFabric(frame)
    return node(2).send(bytes: first.bytes, .hostIngress, interface: World.fabric)
  }

  /// What an ICMP error quotes of a frame.
  static func quote(_ frame: Frame) -> [UInt8] {
    Array(frame.bytes.dropFirst(14).prefix(frame.family.headerLength + 8))
  }
}
