import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Floods") struct Floods {}
}

extension RealTraffic.Floods {
  private static let sources = 1_000_000

  @Test("a million SYNs from a million sources outside: a transfer goes on, and new connections open")
  func syns() async throws {
    let client = try TestLab.record("client-pod")
    let servers = try ["web-1", "web-2", "web-3"].map { try TestLab.record($0) }
    let server = try #require(servers.first { $0.node != client.node })
    let before = try TestLab.counters(on: server.node)
    let path = "bytes/60000000"
    let source = try await TestLab.shell(in: server.pod.name, "curl -sm 60 http://127.0.0.1:8080/\(path) | sha256sum")
    // Some 20 seconds, which the flood does not take.
    async let transfer = TestLab.shell(
      in: "client-pod",
      "curl -sgm 100 --limit-rate 3M \(TestLab.url(server.addresses[0], port: 8080))/\(path) | sha256sum",
      limit: .seconds(110))
    try await Task.sleep(for: .seconds(1))
    let flood = try SYNFlood(
      in: try TestLab.topology().client.namespace, to: server.addresses[0],
      by: try #require(try TestLab.topology().node(named: server.node)).host)
    let flooding = Task.detached { try flood.send(Self.sources) }
    var answered = 0
    for _ in 0..<10 {
      let result = try await TestLab.shell(
        in: "client-pod",
        "for i in 1 2 3 4 5; do curl -sgm 10 \(TestLab.url(server.addresses[0], port: 8080))/ && echo DONE; done",
        limit: .seconds(60))
      answered += result.lines.filter { $0 == "DONE" }.count
    }
    let duration = try await flooding.value
    #expect(answered == 50)
    let arrived = try await transfer
    #expect(arrived.output == source.output)
    let after = try TestLab.counters(on: server.node)
    let flows = after[.newFlow] - before[.newFlow]
    print("flood: \(Self.sources) SYNs in \(duration), \(flows) new flows on \(server.node)")
    // What the machine could not take in is lost before any program; most of it must have come.
    #expect(flows > UInt64(MapCapacity.conntrack))
    let url = TestLab.url(server.addresses[0], port: 8080)
    #expect(try await TestLab.shell(in: "client-pod", "curl -sgm 5 \(url)/").code == 0)
  }
}

/// SYNs to a port of a pod where nobody listens, each from another address, out of the host outside.
final class SYNFlood: Sendable {
  private let socket: PacketSocket
  private let frame: [UInt8]

  init(in namespace: String, to destination: InetAddress, by host: LabHost) throws {
    socket = try PacketSocket(in: namespace)
    let node = try NetlinkConnection(in: try NetworkNamespace(named: host.namespace)).link(named: "eth0")
    let ethernet = (node.hardwareAddress?.bytes ?? []) + socket.hardwareAddress + [0x08, 0x00]
    let ip: [UInt8] = [0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0] + [0, 0, 0, 0] + destination.bytes
    let tcp: [UInt8] = [0x9c, 0x40, 0, 9] + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0]
    frame = ethernet + ip + tcp
  }

  /// Sends that many, and tells how long it took.
  func send(_ count: Int) throws -> Duration {
    let began = ContinuousClock.now
    var frame = frame
    let (ip, tcp) = (Self.sum(frame[14..<34]), Self.sum(frame[26..<54]) + 6 + 20)
    for number in 0..<count {
      // 11.0.0.0/8, which is nobody's here.
      let (high, low) = (11 << 8 | number >> 16 & 0xff, number & 0xffff)
      (frame[26], frame[27]) = Self.bytes(high)
      (frame[28], frame[29]) = Self.bytes(low)
      (frame[24], frame[25]) = Self.bytes(~Self.fold(ip + high + low))
      (frame[50], frame[51]) = Self.bytes(~Self.fold(tcp + high + low))
      try socket.send(frame: frame)
    }
    return ContinuousClock.now - began
  }

  private static func bytes(_ word: Int) -> (UInt8, UInt8) { (UInt8(word >> 8 & 0xff), UInt8(word & 0xff)) }

  /// RFC 1071.
  private static func sum(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.enumerated().reduce(0) { $0 + ($1.offset.isMultiple(of: 2) ? Int($1.element) << 8 : Int($1.element)) }
  }

  private static func fold(_ sum: Int) -> Int {
    var sum = sum
    while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
    return sum
  }
}
