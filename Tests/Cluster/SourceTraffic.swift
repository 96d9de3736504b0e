import CalicoAPI
import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Sources") struct Sources {}
}

extension RealTraffic.Sources {
  /// Lets the host outside serve for some seconds, and asks it questions meanwhile.
  private static func withServer(_ body: @Sendable () async throws -> Void) async throws {
    async let server = TestLab.shell(in: "client", "timeout 6 \(TestLab.program) lab serve --port 7007")
    try await body()
    _ = try await server
  }

  /// What the host outside sees a connection come from: its address and port.
  private static func source(from place: String, to host: String) async throws -> (address: String, port: Int) {
    let url = "http://\(host.contains(":") ? "[\(host)]" : host):7007/"
    let answer = try await TestLab.shell(
      in: place, "curl -sg -m 5 --retry 4 --retry-delay 1 --retry-all-errors \(url)")
    func value(_ name: String) -> String? {
      answer.lines.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }
    return (
      try #require(value("client"), "\(answer.output)"), try #require(value("port").flatMap { Int($0) })
    )
  }

  private static func kubectl(_ kind: String, _ name: String, _ spec: String) async throws {
    let result = try await TestLab.kubectl("patch", kind, name, "--type", "merge", "-p", #"{"spec":\#(spec)}"#)
    #expect(result.code == 0, "\(result.output)")
  }

  @Test(
    "a pod is seen outside as its node, by a port of the setting; without natOutgoing as itself",
    arguments: [("10.77.0.200", "10.65.0.0/16", 0), ("fd77::200", "fd65::/48", 1)])
  func natOutgoing(client: String, range: String, family: Int) async throws {
    let pod = try await TestLab.pod("client-pod")
    let node = try #require(try TestLab.topology().node(named: pod.spec.nodeName)).host.addresses[family].address
    let pool = "default-ipv\(family == 0 ? 4 : 6)-ippool"
    // The way back for the second half.
    #expect(try await TestLab.shell(in: "client", "ip route replace \(range) via \(node)").code == 0)
    try await Self.kubectl("felixconfiguration", "default", #"{"bpfPSNATPorts":"43000:43999"}"#)
    try await TestLab.eventually("the ports are in the map") {
      let map = try TestLab.map(MapName.node, on: pod.spec.nodeName, UInt32.self, NodeState.self)
      return try map.lookUp(0)?.sourcePorts == PortRange(first: 43000, count: 1000)
    }
    try await Self.withServer {
      let translated = try await Self.source(from: "client-pod", to: client)
      #expect(translated.address == "\(node)")
      #expect((43000...43999).contains(translated.port))
      try await Self.kubectl("ippool", pool, #"{"natOutgoing":false}"#)
      try await TestLab.eventually("the pod is itself", within: .seconds(3)) {
        try await Self.source(from: "client-pod", to: client).address == pod.status.addresses[family]
      }
    }
    try await Self.kubectl("ippool", pool, #"{"natOutgoing":true}"#)
    try await Self.kubectl("felixconfiguration", "default", #"{"bpfPSNATPorts":null}"#)
    _ = try await TestLab.shell(in: "client", "ip route del \(range)")
  }

  @Test("a process of the node does not get a reserved port by itself")
  func reserved() async throws {
    // Beside the reserved ports the kernel has one port to choose, so without them it would fail 100 times in 101.
    let file = "/proc/sys/net/ipv4/ip_local_port_range"
    let before = try await TestLab.shell(in: "node1", "cat \(file); echo '29900 30000' > \(file)")
    try await Self.withServer {
      for client in ["10.77.0.200", "fd77::200"] {
        let seen = try await Self.source(from: "node1", to: client)
        #expect(seen.port == 30000)
      }
    }
    _ = try await TestLab.shell(in: "node1", "echo '\(before.lines.first ?? "32768 60999")' > \(file)")
  }
}
