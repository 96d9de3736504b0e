import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

/// Who may come in, and where to.
extension RealTraffic.Outside {
  private static func answers(
    _ cluster: OutsideCluster, _ front: Front, _ goals: [(InetAddress, UInt16)], limit: Double = 0.4
  ) throws -> [OutsideAnswer] {
    try ClientSocket.Transport.allCases.flatMap { transport in
      try goals.map { address, port in
        try OutsideCall(
          transport: transport, namespace: cluster.client.namespace, address: address, port: port, limit: limit
        ).ask().answer
      }
    }
  }

  private static func isAnswered(_ answer: OutsideAnswer, by name: String, _ client: InetAddress) -> Bool {
    guard case .by(name, let seen) = answer else { return false }
    return seen.hasPrefix("\(client) ")
  }

  @Test("externalTrafficPolicy Local: a node without a backend refuses, one with a backend answers", arguments: [0, 1])
  func local(family: Int) async throws {
    try await OutsideCluster.withServers { cluster, _ in
      let client = cluster.client.addresses[family].address
      func goal(_ node: Int) -> [(InetAddress, UInt16)] { [(cluster.node(node, family), Front.local.nodePort)] }
      try await TestLab.eventually("node2 answers") {
        try Self.answers(cluster, .local, goal(2)).allSatisfy { Self.isAnswered($0, by: "outside-there", client) }
      }
      // Its other addresses lead to node1.
      let others = [Front.local.balancer[family], Front.local.external[family]].map { ($0, OutsideCluster.servicePort) }
      let answers = try Self.answers(cluster, .local, goal(1) + goal(3) + others)
      #expect(answers.allSatisfy { $0 == .refused }, "\(answers)")
      // From within the cluster it is as if there were no such policy.
      for transport in ClientSocket.Transport.allCases {
        let call = OutsideCall(
          transport: transport, namespace: cluster.asking.namespace, address: cluster.node(1, family),
          port: Front.local.nodePort)
        let failure = try call.failure(by: "outside-there", from: cluster.asking.addresses[family])
        #expect(failure == nil)
      }
    }
  }

  @Test("a service without backends refuses at once, TCP and UDP, wherever it is asked for", arguments: [0, 1])
  func nobody(family: Int) async throws {
    let cluster = try OutsideCluster()
    let answers = try Self.answers(cluster, .nobody, Self.places(.nobody, cluster, family))
    #expect(answers.count == 10)
    #expect(answers.allSatisfy { $0 == .refused }, "\(answers)")
  }

  @Test("ClientIP affinity: a client stays with one backend, by whichever node and protocol's port it comes")
  func affinity() async throws {
    try await OutsideCluster.withServers { cluster, _ in
      for family in [0, 1] {
        for (address, port) in Self.places(.sticky, cluster, family) {
          let sticky = try Self.answers(
            cluster, .sticky, (1...10).map { _ in (address, port) }, limit: 3)
          for half in [sticky.prefix(10), sticky.suffix(10)] {
            // One of 512 services without affinity would do so as well.
            #expect(Set(half.compactMap(Self.name)).count == 1, "\(address): \(half)")
            #expect(half.allSatisfy { Self.name($0) != nil }, "\(address): \(half)")
          }
        }
        // Of 40 all to one of two happens once in half a million million runs.
        let goal = (cluster.node(3, family), Front.both.nodePort)
        let free = try Self.answers(cluster, .both, (1...20).map { _ in goal }, limit: 3)
        #expect(Set(free.compactMap(Self.name)) == ["outside-here", "outside-there"])
      }
    }
  }

  private static func name(_ answer: OutsideAnswer) -> String? {
    if case .by(let name, _) = answer { name } else { nil }
  }

  @Test("loadBalancerSourceRanges: who is in may come, who is not is dropped, and other addresses stay open")
  func sourceRanges() async throws {
    func patch(_ ranges: String) async throws {
      let result = try await TestLab.kubectl(
        "patch", "service", Front.here.name, "--type", "merge", "-p",
        #"{"spec":{"loadBalancerSourceRanges":\#(ranges)}}"#)
      guard result.code == 0 else { throw LabError(result.output) }
    }
    do {
      try await OutsideCluster.withServers { cluster, _ in
        try await patch(#"["192.0.2.0/24","2001:db8:9::/64"]"#)
        try await Self.waitForBalancer(cluster, isOpen: false)
        try Self.checkRanges(cluster, isIn: false)
        try await patch(#"["192.0.2.0/24","10.77.0.128/25","2001:db8:9::/64","fd77::200/120"]"#)
        try await Self.waitForBalancer(cluster, isOpen: true)
        try Self.checkRanges(cluster, isIn: true)
      }
    } catch {
      try? await patch("null")
      throw error
    }
    try await patch("null")
  }

  private static func waitForBalancer(_ cluster: OutsideCluster, isOpen: Bool) async throws {
    try await TestLab.eventually("the ranges are known") {
      try [0, 1].allSatisfy { family in
        let goals = [(Front.here.balancer[family], OutsideCluster.servicePort)]
        return try answers(cluster, .here, goals).allSatisfy { (name($0) != nil) == isOpen }
      }
    }
  }

  private static func checkRanges(_ cluster: OutsideCluster, isIn: Bool) throws {
    for family in [0, 1] {
      let drops = try TestLab.counters(on: "node1")[.sourceRange]
      let goals = [(Front.here.balancer[family], OutsideCluster.servicePort)]
      let balanced = try answers(cluster, .here, goals)
      let client = cluster.client.addresses[family].address
      #expect(
        balanced.allSatisfy { isIn ? isAnswered($0, by: Front.here.name, client) : $0 == .silence }, "\(balanced)")
      let dropped = try TestLab.counters(on: "node1")[.sourceRange] - drops
      #expect(isIn ? dropped == 0 : dropped >= 2)
      let open = [
        (cluster.node(1, family), Front.here.nodePort), (Front.here.external[family], OutsideCluster.servicePort),
      ]
      let others = try answers(cluster, .here, open)
      #expect(others.allSatisfy { isAnswered($0, by: Front.here.name, client) }, "\(others)")
      // Who lives in the cluster is not outside.
      let pod = OutsideCall(
        transport: .tcp, namespace: cluster.asking.namespace, address: goals[0].0, port: goals[0].1)
      let failure = try pod.failure(by: Front.here.name, from: cluster.asking.addresses[family])
      #expect(failure == nil)
    }
  }
}
