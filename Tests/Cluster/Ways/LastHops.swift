import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Ways {
  /// Where a packet's hops run out, and who has to say so.
  struct LastHop {
    let goal: WayCluster.Goal
    let hopLimit: Int32
    let teller: InetAddress
  }

  @Test(
    "hops that run out: the node where they do tells the pod, about what the pod sent",
    arguments: [0, 1], ClientSocket.Transport.allCases)
  func lastHops(family: Int, transport: ClientSocket.Transport) async throws {
    try await Self.withCluster { cluster in
      let own = try cluster.node(cluster.client, family)
      let other = try cluster.node(cluster.server, family)
      let router = try TestLab.topology().client.addresses[family].address
      let hops = [
        LastHop(goal: cluster.pod(family), hopLimit: 1, teller: own),
        LastHop(goal: cluster.service(family), hopLimit: 1, teller: own),
        LastHop(goal: try cluster.outside(family), hopLimit: 1, teller: own),
        LastHop(goal: cluster.pod(family), hopLimit: 2, teller: other),
        LastHop(goal: cluster.service(family), hopLimit: 2, teller: other),
        LastHop(goal: cluster.farHost(family), hopLimit: 2, teller: router),
      ]
      for hop in hops {
        let (seen, sent) = try Self.sendTooFar(hop, transport, from: cluster.client)
        let wanted = SeenError(kind: .timeExceeded, mtu: 0, sender: hop.teller, quoted: sent)
        #expect(seen == wanted, "\(hop.goal) with \(hop.hopLimit)")
      }
    }
  }

  /// What a packet is answered with, and what it was. Asks a few times: kernels answer only so many a second.
  private static func sendTooFar(
    _ hop: LastHop, _ transport: ClientSocket.Transport, from pod: PodRecord
  ) throws -> (SeenError?, QuotedPacket) {
    let isIPv6 = hop.goal.address.family == .ipv6
    let tap = try ErrorTap(in: pod.namespace)
    let client = try ClientSocket(transport, in: pod.namespace, isIPv6: isIPv6)
    client.set(hopLimit: hop.hopLimit)
    // TCP's first packet goes out again by itself after a second.
    client.neverWait()
    _ = client.connect(to: hop.goal.address, hop.goal.port)
    let sent = QuotedPacket(
      proto: transport.rawValue, source: pod.addresses[isIPv6 ? 1 : 0], sourcePort: client.port,
      destination: hop.goal.address, destinationPort: hop.goal.port)
    for _ in 0..<4 {
      if transport == .udp { _ = client.send([1, 2, 3]) }
      if let seen = tap.next() { return (seen, sent) }
    }
    return (nil, sent)
  }
}
