import CalicoAPI
import DataplaneABI
import EBPF
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Failures {
  private func identity(_ component: String) throws -> ProcessIdentity {
    try #require(try TestLab.location.loadExisting().processes[component])
  }

  /// The kernel's numbers of all that a node has pinned.
  private func pinned(_ node: String) throws -> [String: UInt32] {
    var numbers: [String: UInt32] = [:]
    let pins = try TestLab.pins(node)
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(pins)/maps") {
      if let map = try Map.openPinned("\(pins)/maps/\(name)") { numbers["maps/\(name)"] = map.info.id }
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(pins)/links") {
      if let link = try Link.openPinned("\(pins)/links/\(name)") { numbers["links/\(name)"] = try link.info()?.id }
    }
    return numbers
  }

  @Test(
    "kill -9 of every agent during a download and short connections loses nothing; a restart adopts what is pinned",
    arguments: [ConnectTimeLoadBalancing.disabled, .tcp])
  func agentsKilled(mode: ConnectTimeLoadBalancing) async throws {
    try await TestLab.setConnectTime(mode)
    let nodes = try TestLab.topology().nodes.map(\.host.name)
    let before = try nodes.map { try pinned($0) }
    #expect(before.allSatisfy { $0.count > 10 }, "maps and links are pinned: \(before)")
    let url = TestLab.url(try await TestLab.addresses()[0])

    async let download = TestLab.shell(in: "client-pod", "curl -sm 30 \(url)/drip/6 | wc -c")
    async let short = TestLab.shell(
      in: "client-pod", "for i in $(seq 200); do curl -sm 2 \(url)/ || echo FAILED; sleep 0.02; done")
    try await Task.sleep(for: .seconds(1))
    for node in nodes { #expect(try identity(node).send(SIGKILL)) }

    #expect(try await download.output.trimmingCharacters(in: .whitespacesAndNewlines) == "600000")
    let answers = try await short
    #expect(!answers.output.contains("FAILED"))
    #expect(answers.lines.filter { $0.hasPrefix("pod: ") }.count == 200)
    for node in nodes { #expect(try !identity(node).isAlive) }

    async let during = TestLab.shell(
      in: "client-pod", "for i in $(seq 200); do curl -sm 2 \(url)/ || echo FAILED; sleep 0.02; done")
    let up = try await TestLab.up()
    #expect(up.code == 0, "\(up.output)")
    #expect(try await !during.output.contains("FAILED"), "the restart loses nothing either")
    #expect(try nodes.map { try pinned($0) } == before, "the same maps and links")
    try await TestLab.setConnectTime(nil)
  }

  @Test("The dataplane goes on without an API server; what was stored is there when it is back")
  func apiServerKilled() async throws {
    let url = TestLab.url(try await TestLab.addresses()[0])
    #expect(try identity(Component.controlPlane).send(SIGKILL))
    let answers = try await TestLab.shell(
      in: "client-pod", "for i in $(seq 50); do curl -sm 2 \(url)/ || echo FAILED; done")
    #expect(!answers.output.contains("FAILED"))
    let status = try await TestLab.lab("status")
    #expect(status.code == 1)
    #expect(status.output.contains("The API server does not answer"))

    let up = try await TestLab.up()
    #expect(up.code == 0, "\(up.output)")
    let pods = try await TestLab.kubectl("get", "pods", "-o", "name")
    #expect(pods.lines.sorted() == ["pod/client-pod", "pod/web-1", "pod/web-2", "pod/web-3"])
    // Agents and kubelet find it again: a change still gets through.
    let label = try await TestLab.kubectl("label", "pod", "web-1", "app=away", "--overwrite")
    #expect(label.code == 0, "\(label.output)")
    func hears(_ pod: String) async throws -> Bool {
      try await TestLab.shell(in: "client-pod", "for i in $(seq 30); do curl -sm 2 \(url)/; done").output
        .contains("pod: \(pod)\n")
    }
    try await TestLab.eventually("web-1 is out of service", within: .seconds(60)) { try await !hears("web-1") }
    let back = try await TestLab.kubectl("label", "pod", "web-1", "app=web", "--overwrite")
    #expect(back.code == 0, "\(back.output)")
    try await TestLab.eventually("web-1 is back in service", within: .seconds(60)) { try await hears("web-1") }
  }

  @Test("A new kubelet adopts the pods that run")
  func kubeletKilled() async throws {
    let before = try ["client-pod", "web-1", "web-2", "web-3"].map { try TestLab.record($0) }
    #expect(try identity(Component.kubelet).send(SIGKILL))
    let up = try await TestLab.up()
    #expect(up.code == 0, "\(up.output)")
    try await Task.sleep(for: .seconds(1))
    #expect(try ["client-pod", "web-1", "web-2", "web-3"].map { try TestLab.record($0) } == before)
    #expect(before.allSatisfy { $0.processes.values.allSatisfy(\.isAlive) })
  }

  @Test("Malformed manifests and impossible ports get a clear error, and change nothing")
  func badInput() async throws {
    let before = try await TestLab.kubectl("get", "pods,services", "-o", "name")
    for (manifest, words) in [
      ("apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 70000}]}", ["65535"]),
      ("apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: eighty}]}", ["port"]),
      ("apiVersion: v1\nkind: Service\nmetadata: {name: Bad_Name}\nspec: {ports: [{port: 80}]}", ["metadata.name"]),
      ("apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {containers: []}", ["spec.containers"]),
      ("apiVersion: v1\nkind: Pod\nmetadata: {name: bad\nspec: x", ["error"]),
    ] {
      let result = try await TestLab.apply(manifest)
      #expect(result.code != 0)
      for word in words { #expect(result.output.contains(word), "\(manifest)\n→ \(result.output)") }
    }
    #expect(try await TestLab.kubectl("get", "pods,services", "-o", "name").output == before.output)
  }
}
