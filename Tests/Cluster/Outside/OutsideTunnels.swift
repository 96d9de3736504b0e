import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

/// Tunnels between nodes are for nodes.
extension RealTraffic.Outside {
  @Test("what somebody outside sends as a node's tunnel is dropped and counted; nobody gets what is in it")
  func forgedTunnel() async throws {
    try await OutsideCluster.withServers { cluster, servers in
      let server = try #require(servers["outside-here"])
      for family in [0, 1] {
        let tunnel = try ClientSocket(.udp, in: cluster.client.namespace, isIPv6: family == 1)
        #expect(tunnel.connect(to: cluster.node(1, family), 4789))
        let question = ForgedPacket(
          from: cluster.there.addresses[family], to: cluster.here.addresses[family],
          port: OutsideCluster.serverPort)
        let (drops, questions) = (try TestLab.counters(on: "node1")[.tunnelSource], server.questionCount)
        for _ in 1...5 { #expect(tunnel.send(question.inTunnel(0xca11c0)) == 0) }
        try await TestLab.eventually("they are counted") {
          try TestLab.counters(on: "node1")[.tunnelSource] == drops + 5
        }
        // Another network is none of ours: nobody listens, which the kernel says.
        #expect(tunnel.send(question.inTunnel(0xca11c1)) == 0)
        try await Task.sleep(for: .milliseconds(100))
        #expect(try TestLab.counters(on: "node1")[.tunnelSource] == drops + 5)
        #expect(server.questionCount == questions)
        // The very packet reaches the server where it is no forgery.
        let sender = try PacketSocket(in: cluster.there.namespace)
        try sender.send(question.bytes)
        try await TestLab.eventually("the honest one is heard") { server.questionCount == questions + 1 }
      }
    }
  }
}

/// A UDP packet with right checksums.
private struct ForgedPacket {
  let bytes: [UInt8]

  init(from source: InetAddress, to destination: InetAddress, port: UInt16) {
    let payload = Array("who".utf8)
    let length = UInt16(8 + payload.count)
    let ports: [UInt8] = [0x9c, 0x40, UInt8(port >> 8), UInt8(port & 0xff)]
    let pseudo = source.bytes + destination.bytes + [0, 17, 0, UInt8(length)]
    let sum = Self.checksum(pseudo + ports + [0, UInt8(length), 0, 0] + payload)
    let datagram = ports + [0, UInt8(length), UInt8(sum >> 8), UInt8(sum & 0xff)] + payload
    if source.family == .ipv6 {
      bytes = [0x60, 0, 0, 0, 0, UInt8(length), 17, 64] + source.bytes + destination.bytes + datagram
    } else {
      var header: [UInt8] =
        [0x45, 0, 0, UInt8(20 + length), 0, 0, 0, 0, 64, 17, 0, 0] + source.bytes + destination.bytes
      let sum = Self.checksum(header)
      header.replaceSubrange(10..<12, with: [UInt8(sum >> 8), UInt8(sum & 0xff)])
      bytes = header + datagram
    }
  }

  /// VXLAN and Ethernet headers before it (RFC 7348).
  func inTunnel(_ network: UInt32) -> [UInt8] {
    let identifier = [UInt8(network >> 16 & 0xff), UInt8(network >> 8 & 0xff), UInt8(network & 0xff)]
    let type: [UInt8] = bytes[0] >> 4 == 4 ? [0x08, 0x00] : [0x86, 0xdd]
    return [0x08, 0, 0, 0] + identifier + [0] + [UInt8](repeating: 0, count: 12) + type + bytes
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    let even = bytes.count.isMultiple(of: 2) ? bytes : bytes + [0]
    var sum = stride(from: 0, to: even.count, by: 2).reduce(UInt32(0)) {
      $0 + UInt32(even[$1]) << 8 + UInt32(even[$1 + 1])
    }
    while sum > 0xffff { sum = sum >> 16 + sum & 0xffff }
    return ~UInt16(sum)
  }
}
