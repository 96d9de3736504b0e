import DataplaneABI
import EBPF
import Foundation
import Glibc
import Testing

@testable import Lab

extension RealTraffic.Settings {
  /// Entries that a node's pinned map is made for.
  private static func size(_ map: String, on node: String) throws -> Int? {
    try Map.openPinned("\(try TestLab.pins(node))/maps/\(map)")?.info.maxEntries
  }

  private static func setSize(_ entries: String) async throws {
    let spec = #"{"spec":{"bpfMapSizeConntrack":\#(entries)}}"#
    let patch = try await TestLab.kubectl("patch", "felixconfiguration", "default", "--type", "merge", "-p", spec)
    #expect(patch.code == 0, "\(patch.output)")
  }

  private static func awaitSize(_ entries: Int) async throws {
    try await TestLab.eventually("every node has tables of \(entries) entries", within: .seconds(90)) {
      try ["node1", "node2", "node3"].allSatisfy { node in
        try [MapName.conntrack4, MapName.conntrack6].allSatisfy { try size($0, on: node) == entries }
          && [MapName.otherConntrack4, MapName.otherConntrack6].allSatisfy { try size($0, on: node) == 1 }
      }
    }
  }

  @Test("conntrack tables get another size in the midst of downloads and short connections; nothing is lost")
  func resize() async throws {
    try await TestLab.setConnectTime(.disabled)
    let urls = try await TestLab.addresses().map { TestLab.url($0) }
    async let ipv4 = TestLab.shell(in: "client-pod", "curl -sm 150 \(urls[0])/drip/40 | wc -c", limit: .seconds(180))
    async let ipv6 = TestLab.shell(in: "client-pod", "curl -sgm 150 '\(urls[1])/drip/40' | wc -c", limit: .seconds(180))
    async let short = TestLab.shell(
      in: "client-pod",
      "for i in $(seq 300); do for u in '\(urls[0])' '\(urls[1])'; do curl -sgm 5 $u/ || echo FAILED; sleep 0.02; done; done",
      limit: .seconds(180))
    try await Task.sleep(for: .seconds(1))
    let start = ContinuousClock.now
    try await Self.setSize("65536")
    try await Self.awaitSize(65536)
    print("three nodes resized in \(ContinuousClock.now - start)")
    try await Self.setSize("1000000")
    try await Self.awaitSize(1_000_000)
    let lengths = try await [ipv4, ipv6].map { $0.output.trimmingCharacters(in: .whitespacesAndNewlines) }
    #expect(lengths == ["4000000", "4000000"])
    let answers = try await short
    #expect(!answers.output.contains("FAILED"))
    #expect(answers.lines.filter { $0.hasPrefix("pod: ") }.count == 600)
    try await Self.setSize("null")
    try await Self.awaitSize(512_000)
    try await TestLab.setConnectTime(nil)
  }

  private static func setScaling(_ word: String) async throws {
    let spec = #"{"spec":{"bpfMapSizeConntrackScaling":\#(word)}}"#
    let patch = try await TestLab.kubectl("patch", "felixconfiguration", "default", "--type", "merge", "-p", spec)
    #expect(patch.code == 0, "\(patch.output)")
  }

  @Test("conntrack tables that connections fill are doubled where they fill, and stay so when the agent starts again")
  func grow() async throws {
    let client = try TestLab.record("client-pod")
    let servers = try ["web-1", "web-2", "web-3"].map { try TestLab.record($0) }
    let server = try #require(servers.first { $0.node != client.node })
    let idle = try #require(servers.first { $0.node != client.node && $0.node != server.node })
    func sizes() throws -> [Int?] {
      try [client, server, idle].map { try Self.size(MapName.conntrack4, on: $0.node) }
    }
    try await Self.setSize("1000")
    try await Self.awaitSize(1000)
    let url = TestLab.url(server.addresses[0], port: 8080)
    let answers = try await TestLab.shell(
      in: "client-pod", "curl -sm 60 -H 'Connection: close' '\(url)/?[1-1200]' | grep -c '^pod: '", limit: .seconds(70)
    )
    #expect(answers.output.trimmingCharacters(in: .whitespacesAndNewlines) == "1200")
    try await TestLab.eventually("the tables of client and server are doubled", within: .seconds(60)) {
      try sizes() == [2000, 2000, 1000]
    }
    let agent = try #require(try TestLab.location.loadExisting().processes[client.node])
    #expect(try agent.send(SIGKILL))
    #expect(try await TestLab.up().code == 0)
    // The settings are known by then.
    try await Task.sleep(for: .seconds(5))
    #expect(try sizes() == [2000, 2000, 1000])
    try await Self.setScaling(#""Disabled""#)
    try await Self.awaitSize(1000)
    try await Self.setScaling("null")
    try await Self.setSize("null")
    try await Self.awaitSize(512_000)
  }

  @Test(
    "a size that makes no sense is refused when it is written", arguments: ["0", "-1", "999", "4294967296", #""x""#])
  func refusedSize(_ value: String) async throws {
    let spec = #"{"spec":{"bpfMapSizeConntrack":\#(value)}}"#
    let result = try await TestLab.kubectl("patch", "felixconfiguration", "default", "--type", "merge", "-p", spec)
    #expect(result.code != 0)
    #expect(result.output.contains("spec.bpfMapSizeConntrack: Invalid value"), "\(result.output)")
  }
}
