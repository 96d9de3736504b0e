import DataplaneABI
import KernelRuntime

@testable import DatapathPrograms

/// Three nodes, a client outside, and a service at an address of its own with pods 2 (on node 1) and 3 (on node 2), which all nodes
/// have the same table of. The client's packets come in by `cluster.ingress`.
struct MaglevScene {
  let scene: ClusterScene
  static let pods: [Place] = [.pod(2), .pod(3, node: 2)]
  /// Both pods' turns.
  static let table: [Place] = [pods[0], pods[1], pods[1], pods[0], pods[1], pods[0], pods[0]]

  var cluster: SimulatedCluster { scene.cluster }

  init(
    _ family: FamilyName, direct: Bool, table: [Place] = MaglevScene.table, affinitySeconds: UInt32 = 0,
    flags: FrontendFlags = []
  ) throws {
    scene = try ClusterScene(family, direct: direct, nodes: [1, 2, 3])
    for number: UInt8 in 1...3 {
      let own = Self.pods.filter { $0.network == number }
      for (id, proto) in [(UInt32(5), IPProtocolNumber.tcp), (6, IPProtocolNumber.udp)] {
        scene.node(number).service(
          .service(10), proto: proto, id: id, backends: own + Self.pods.filter { $0.network != number },
          localCount: UInt32(own.count), flags: flags, affinitySeconds: affinitySeconds, slots: table)
      }
    }
  }

  func request(
    _ transport: Frame.Transport, _ clientPort: UInt16 = 40_000, from client: Place = .outside(1)
  ) -> Frame {
    Frame(
      family: scene.family, source: client, sourcePort: clientPort, destination: .service(10), destinationPort: 80,
      transport: transport, payload: Array("hello, world".utf8))
  }

  func send(_ frame: Frame, by node: UInt8) throws -> SimulatedCluster.Trip {
    cluster.ingress = node
    return try cluster.send(frame, from: .outside(1))
  }

  /// A connection by a node that is established, or a datagram there and back. Returns who answers, and the first packet's trip.
  func open(_ transport: Frame.Transport, _ clientPort: UInt16 = 40_000, by node: UInt8) throws -> Place {
    let there = try send(request(transport, clientPort), by: node)
    guard case .tcp = transport else {
      _ = try cluster.send(scene.answer(there, .udp), from: there.end)
      return there.end
    }
    _ = try cluster.send(scene.answer(there, .synAck), from: there.end)
    let ack = try send(request(.ack, clientPort), by: node)
    _ = try cluster.send(scene.answer(ack, .ack), from: ack.end)
    return there.end
  }
}

extension Frame.Transport {
  /// What follows the first packet.
  var next: Frame.Transport { if case .tcp = self { .ack } else { self } }
}
