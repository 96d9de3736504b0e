import CalicoAPI
import Foundation
import KubernetesClient
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Policies {
  @Test("a new pod in a closed namespace is not reached by one packet, however early; once it is open it is")
  func newPod() async throws {
    try await PolicyCluster.withServers { cluster in
      try await TestLab.api { client in
        try await client.put(KubernetesNetworkPolicy.of("x", "closed", ingress: []))
        var check = PolicyCheck(cluster, client)
        try await check.agree("closed")
      }
      let addresses = try await Self.nextAddresses(on: "node1")
      // z/b is on the new pod's node, y/a is not.
      let hammers = try addresses.flatMap { address in
        try ["z/b", "y/a"].map { try PolicyHammer(from: try cluster.pod($0), to: address, port: 8080) }
      }
      defer { for hammer in hammers { hammer.stop() } }
      try await Task.sleep(for: .milliseconds(200))
      try await Self.makePod("late", on: "node1")
      let record = try #require(try Self.record("late"))
      #expect(record.addresses.sorted() == addresses, "the address was guessed")
      try await Task.sleep(for: .milliseconds(500))
      // Whatever arrived is counted by the pod's own kernel, listener or not.
      #expect(try await Self.arrivals(record.namespace) == [0, 0])
      #expect(hammers.allSatisfy { $0.acceptedCount == 0 })
      let sent = hammers.map(\.sentCount)
      #expect(sent.allSatisfy { $0 > 300 }, "\(sent)")
      try await TestLab.api {
        try await $0.delete(KubernetesNetworkPolicy.self, "closed", namespace: "x")
      }
      try await TestLab.eventually("everybody gets in") { hammers.allSatisfy { $0.acceptedCount > 0 } }
      #expect(try await Self.arrivals(record.namespace).allSatisfy { $0 > 0 })
      print("new pod: \(sent) packets of each kind before it was open, none arrived")
      _ = try await TestLab.kubectl("delete", "pod", "-n", "x", "late")
    }
  }

  /// Those that the next pod of a node gets: numbers go round.
  private static func nextAddresses(on node: String) async throws -> [InetAddress] {
    try await makePod("early", on: node)
    let addresses = try #require(try record("early")).addresses.sorted()
    _ = try await TestLab.kubectl("delete", "pod", "-n", "x", "early")
    try await TestLab.eventually("it is gone") { try record("early") == nil }
    return addresses.compactMap { address in
      InetAddress(bytes: address.bytes.dropLast() + [(address.bytes.last ?? 0) + 1])
    }
  }

  private static func makePod(_ name: String, on node: String) async throws {
    let made = try await TestLab.apply(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: \(name), namespace: x}
      spec:
        terminationGracePeriodSeconds: 1
        nodeSelector: {kubernetes.io/hostname: \(node)}
        containers: [{name: serve, image: i, command: [apus, lab, serve]}]
      """)
    guard made.code == 0 else { throw LabError(made.output) }
    try await TestLab.eventually("\(name) runs") {
      try await TestLab.api { try await $0.get(Pod.self, name, namespace: "x").isReady }
    }
  }

  private static func record(_ name: String) throws -> PodRecord? {
    try PodRecords(folder: try TestLab.location.paths.pods).all()
      .first { $0.pod == PodName(namespace: "x", name: name) }
  }

  /// TCP segments of both families, and UDP datagrams, that a namespace's kernel has seen since it is there.
  private static func arrivals(_ namespace: String) async throws -> [Int] {
    let result = try await run([
      "nsenter", "--net=\(LabPaths.file(ofNamespace: namespace))", "cat", "/proc/net/snmp", "/proc/net/snmp6",
    ])
    let rows = result.lines.map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    func value(_ group: String, _ names: [String]) throws -> Int {
      let lines = rows.filter { $0.first == group }
      let (heads, values) = (try #require(lines.first), try #require(lines.last))
      return zip(heads, values).filter { names.contains($0.0) }.compactMap { Int($0.1) }.reduce(0, +)
    }
    let datagrams6 = rows.filter { ["Udp6InDatagrams", "Udp6NoPorts"].contains($0.first) }.compactMap {
      Int($0.last ?? "")
    }
    return [
      try value("Tcp:", ["InSegs"]), try value("Udp:", ["InDatagrams", "NoPorts"]) + datagrams6.reduce(0, +),
    ]
  }
}
