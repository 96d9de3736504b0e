import DataplaneABI
import EBPF
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Failures {
  @Test("transfers that are older than the agents and programs at both ends go on to their end")
  func olderThanTheAgent() async throws {
    let client = try TestLab.record("client-pod")
    let server = try #require(
      try ["web-1", "web-2", "web-3"].map { try TestLab.record($0) }.first { $0.node != client.node })
    let ends = [client, server]
    do {
      for (end, other) in zip(ends, ends.reversed()) { try await Self.routePlainly(end, to: other) }
      try await Self.startAgents(during: server.addresses, from: client)
    } catch {
      _ = try? await TestLab.up()
      try? await Self.takeBack(ends)
      throw error
    }
    try await Self.takeBack(ends)
    for end in ends {
      let (index, _) = try Self.number(of: end)
      let counters = try TestLab.counters(on: end.node, interface: index)
      #expect(counters[.midFlow] > 0, "\(end.node)")
      // Nothing of them is left to programs that know no flow of theirs.
      let drops = try TestLab.counters(on: end.node)
      #expect(drops[.noFlow] == 0 && drops[.noRoute] == 0 && drops[.sourceNotAllowed] == 0)
    }
    // What begins now is a flow like any other.
    let before = try TestLab.counters(on: client.node)[.newFlow]
    for address in server.addresses {
      let answer = try await TestLab.shell(in: "client-pod", "curl -sgm 5 \(TestLab.url(address, port: 8080))/")
      #expect(answer.output.contains("pod: \(server.pod.name)"))
    }
    #expect(try TestLab.counters(on: client.node)[.newFlow] >= before + 2)
  }

  /// Downloads over plain routes, of both families, and the agents' start in their midst.
  private static func startAgents(during addresses: [InetAddress], from client: PodRecord) async throws {
    let downloads = addresses.map { address in
      let url = TestLab.url(address, port: 8080)
      return Task { try await TestLab.shell(in: client.pod.name, "curl -sgm 30 \(url)/drip/6 | wc -c") }
    }
    try await Task.sleep(for: .milliseconds(500))
    let up = try await TestLab.up()
    #expect(up.code == 0, "\(up.output)")
    #expect(try TestLab.counters(on: client.node)[.midFlow] > 0, "they were not over before")
    for download in downloads {
      let count = try await download.value.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(count == "600000")
    }
  }

  /// Takes a node's agent and all of its programs away, and has the kernel alone lead to the pod there and to another.
  private static func routePlainly(_ pod: PodRecord, to other: PodRecord) async throws {
    let topology = try TestLab.topology()
    let (node, peer) = (
      try #require(topology.node(named: pod.node)).host, try #require(topology.node(named: other.node)).host
    )
    let agent = try #require(try TestLab.location.loadExisting().processes[node.name])
    #expect(try agent.send(SIGKILL))
    let paths = try TestLab.location.paths
    let cleanup = """
      \(TestLab.program) node --cleanup --node-name \(node.name) --kubeconfig \(paths.nodeKubeconfig) \
      --bpffs \(try TestLab.pins(node.name)) --cgroup \(paths.controlGroup(of: node))
      ip link set \(pod.interface) up
      """
    let routes = zip(pod.addresses, zip(other.addresses, peer.addresses)).map { own, way in
      "ip route add \(own) dev \(pod.interface) && ip route add \(way.0) via \(way.1.address)"
    }
    let result = try await TestLab.shell(in: node.name, (["set -e", cleanup] + routes).joined(separator: "\n"))
    guard result.code == 0 else { throw LabError(result.output) }
    let (_, programs) = try number(of: pod)
    #expect(programs == 0, "\(node.name) still has programs")
  }

  /// Removes the routes to the other pod; the agents have made those to their own theirs.
  private static func takeBack(_ ends: [PodRecord]) async throws {
    for (end, other) in zip(ends, ends.reversed()) {
      for (own, there) in zip(end.addresses, other.addresses) {
        let routes = try await TestLab.shell(
          in: end.node, "ip route delete \(there); ip -o -\(own.family == .ipv4 ? 4 : 6) route show \(own)")
        #expect(routes.lines.count == 1 && routes.output.contains("proto 80"), "\(routes.output)")
      }
    }
  }

  /// The index of a pod's host-side interface, and how many programs are at it.
  private static func number(of pod: PodRecord) throws -> (index: UInt32, programs: Int) {
    let namespace = try NetworkNamespace(named: pod.nodeNamespace)
    let index = UInt32(try NetlinkConnection(in: namespace).link(named: pod.interface).index)
    let programs = try namespace.run {
      try TrafficControl.query(interface: index, .ingress).entries.count
        + TrafficControl.query(interface: index, .egress).entries.count
    }
    return (index, programs)
  }
}
