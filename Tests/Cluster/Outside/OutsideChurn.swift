import DataplaneABI
import EBPF
import Foundation
import Netlink
import Testing

@testable import Lab

/// A Service that changes its kind while traffic goes on.
extension RealTraffic.Outside {
  @Test("a Service of every kind becomes every other kind under traffic: each node's maps hold just what the API says")
  func churn() async throws {
    try await OutsideCluster.withServers { cluster, _ in
      do {
        try await Self.setRedirects(false)
        let churn = try await Churn(cluster)
        try await churn.run()
      } catch {
        try? await Self.setRedirects(true)
        _ = try? await TestLab.kubectl("delete", "service", ChurnState.name, "--ignore-not-found")
        throw error
      }
      try await Self.setRedirects(true)
    }
  }

  /// Where node1 has nobody at an address it passes packets on by its own default route, and tells the client to go there itself,
  /// as any router on one link does. The client would do so when the address is somebody's again.
  private static func setRedirects(_ areHeeded: Bool) async throws {
    let files = ["ipv4/conf/all", "ipv4/conf/eth0", "ipv6/conf/all", "ipv6/conf/eth0"]
      .map { "/proc/sys/net/\($0)/accept_redirects" }
    try await TestLab.runScript(
      in: "client",
      "for file in \(files.joined(separator: " ")); do echo \(areHeeded ? 1 : 0) >$file; done\n"
        + "ip route flush cache\nip -6 route flush cache")
  }

  @Test("what a hand writes into the maps, or deletes there, is told apart from what the API says")
  func churnChecker() async throws {
    let nodes = try OutsideCluster().nodes.map(\.name)
    try await TestLab.eventually("the maps are right") {
      let expected = try await NATCheck.expected(nodes)
      return NATCheck.differences(try NATWatch.now(nodes), expected).isEmpty
    }
    let expected = try await NATCheck.expected(nodes)
    for node in [nodes[0], nodes[2]] {
      let ipv4 = try HandWritten<IPv4Address>(
        node, expected, MapName.frontends4, MapName.backends4, MapName.members4, MapName.sourceRanges4)
      let ipv6 = try HandWritten<IPv6Address>(
        node, expected, MapName.frontends6, MapName.backends6, MapName.members6, MapName.sourceRanges6)
      try ipv4.check()
      try ipv4.checkSlots()
      try ipv6.check()
      try ipv6.checkSlots()
    }
    #expect(NATCheck.differences(try NATWatch.now(nodes), expected) == [])
  }
}

/// The changes, the traffic, and what is asked after each change.
private final class Churn {
  private let cluster: OutsideCluster
  private let nodes: [String]
  private let clusterIPs: [InetAddress]
  private let watch: NATWatch
  private let talks = ChurnTalks()
  private var state = ChurnState()
  private var asked = 0

  /// How long it took until all nodes' maps were as the API has it, for good.
  private struct Settling {
    let fromStart: Duration
    let fromReturn: Duration
  }

  /// Asked all the time, by whom and where somebody has to answer before a change and after it.
  private let outside: ChurnLoad
  private let inside: ChurnLoad
  /// Asked all the time wherever it is ever to be had, so that packets meet each moment of a change. Nobody judges the answers.
  private let restless: [ChurnLoad]

  init(_ cluster: OutsideCluster) async throws {
    let applied = try await TestLab.apply(ChurnState.manifest)
    guard applied.code == 0 else { throw LabError(applied.output) }
    self.cluster = cluster
    nodes = cluster.nodes.map(\.name)
    let clusterIPs = try await TestLab.addresses(of: ChurnState.name)
    self.clusterIPs = clusterIPs
    guard clusterIPs.count == 2 else { throw LabError("the Service has the addresses \(clusterIPs)") }
    let states = [ChurnState()] + ChurnStep.all.map(\.state)
    let (client, pod) = (cluster.client.namespace, cluster.asking.namespace)
    watch = NATWatch(nodes)
    outside = ChurnLoad(from: client, to: [])
    inside = ChurnLoad(from: pod, to: [])
    let everywhere = states.map { $0.fromPod(cluster, clusterIPs: clusterIPs) }.reduce(into: Set<ChurnPlace>()) {
      $0.formUnion($1)
    }
    restless = [client, pod].map {
      ChurnLoad(from: $0, to: everywhere, limit: 0.05, pause: 2000, hasOwnPorts: false)
    }
  }

  /// From the Service's beginning to its end.
  func run() async throws {
    defer { for load in restless + [outside, inside] { load.stop() } }
    defer { watch.stop() }
    _ = try await settle(since: .now, .now)
    try talks.open(from: cluster.asking.namespace, to: insidePlaces(state))
    var times: [(String, Settling)] = []
    for step in ChurnStep.all {
      let time = try await change(to: step.state, step.what)
      times.append((step.what, time))
    }
    times.append(("deletion", try await delete()))
    for (what, time) in times {
      print("\(what): all maps are right after \(time.fromStart), \(time.fromReturn) after kubectl has returned")
    }
    for (name, times) in [("start", times.map(\.1.fromStart)), ("return", times.map(\.1.fromReturn))] {
      let sorted = times.sorted()
      print(
        "from kubectl's \(name): least \(sorted[0]), median \(sorted[sorted.count / 2]), most \(sorted[sorted.count - 1])"
      )
    }
    print("questions meanwhile that had to be answered: \(asked)")
  }

  private func insidePlaces(_ state: ChurnState) -> Set<ChurnPlace> {
    state.fromPod(cluster, clusterIPs: clusterIPs)
  }

  /// A service beside it, which nothing changes.
  private var neighbour: Set<ChurnPlace> {
    Set([0, 1].map { ChurnPlace(address: cluster.node(3, $0), port: OutsideCluster.Front.both.nodePort) })
  }

  // MARK: One change

  private func change(to new: ChurnState, _ what: String) async throws -> Settling {
    let old = state
    let (before, after) = (old.fromOutside(cluster), new.fromOutside(cluster))
    let (podBefore, podAfter) = (insidePlaces(old), insidePlaces(new))
    outside.turn(to: before.intersection(after).union(neighbour))
    inside.turn(to: podBefore.intersection(podAfter))
    (_, _) = (outside.take(), inside.take())

    var start = ContinuousClock.now
    try await Self.patch(["--type", "merge", "-p", new.patch])
    if new.kind == .balancer, old.kind != .balancer {
      _ = try await settle(since: start, .now)
      start = .now
      try await Self.patch(["--subresource=status", "--type", "merge", "-p", ChurnState.status])
    }
    let time = try await settle(since: start, .now)
    state = new

    try expectAnswers(
      from: cluster.client.namespace, new: after.subtracting(before), gone: before.subtracting(after), what)
    try expectAnswers(
      from: cluster.asking.namespace, new: podAfter.subtracting(podBefore), gone: podBefore.subtracting(podAfter), what)
    for (name, load) in [("outside", outside), ("a pod", inside)] {
      let outcome = load.take()
      asked += outcome.count
      #expect(
        outcome.failures.isEmpty,
        "\(what): from \(name) \(outcome.failures.count) of \(outcome.count): \(outcome.failures.prefix(5))")
      // A pod always has the cluster's addresses, and who is outside the neighbour.
      #expect(outcome.count > 20, "\(what): \(outcome.count) from \(name)")
    }
    for load in restless { _ = load.take() }
    try talks.open(from: cluster.client.namespace, to: after.subtracting(before))
    #expect(talks.silent() == [], "\(what): of \(talks.count)")
    #expect(NATCheck.differences(try NATWatch.now(nodes), try await NATCheck.expected(nodes)) == [], "\(what), later")
    return time
  }

  private static func patch(_ arguments: [String]) async throws {
    let result = try await Cluster.run(
      ["kubectl", "patch", "service", ChurnState.name] + arguments,
      environment: ["KUBECONFIG": try TestLab.location.paths.adminKubeconfig])
    guard result.code == 0 else { throw LabError(result.output) }
  }

  private func settle(since start: ContinuousClock.Instant, _ returned: ContinuousClock.Instant) async throws
    -> Settling
  {
    let expected = try await NATCheck.expected(nodes)
    do {
      var settled: ContinuousClock.Instant?
      try await TestLab.eventually("all maps are right", within: .seconds(5)) {
        settled = try watch.settled(as: expected)
        return settled != nil
      }
      func since(_ instant: ContinuousClock.Instant) -> Duration {
        .milliseconds(max(0, Int(instant.duration(to: settled ?? .now) / .milliseconds(1))))
      }
      return Settling(fromStart: since(start), fromReturn: since(returned))
    } catch {
      let differences = NATCheck.differences(try NATWatch.now(nodes), expected)
      throw LabError("\(error): \(differences.joined(separator: "; "))")
    }
  }

  /// As soon as the maps are right, those that are new answer, and those that are gone do not.
  private func expectAnswers(from namespace: String, new: Set<ChurnPlace>, gone: Set<ChurnPlace>, _ what: String) throws
  {
    for transport in ClientSocket.Transport.allCases {
      for (place, isNew) in new.map({ ($0, true) }) + gone.map({ ($0, false) }) {
        let call = OutsideCall(
          transport: transport, namespace: namespace, address: place.address, port: place.port, limit: isNew ? 3 : 0.2)
        let answer = try call.ask().answer
        if case .by = answer {
          #expect(isNew, "\(what): \(call): \(answer)")
        } else {
          #expect(!isNew, "\(what): \(call): \(answer)")
        }
      }
    }
  }

  // MARK: The end

  private func delete() async throws -> Settling {
    let gone = (state.fromOutside(cluster), insidePlaces(state))
    outside.turn(to: neighbour)
    inside.turn(to: [])
    _ = outside.take()
    let start = ContinuousClock.now
    let result = try await TestLab.kubectl("delete", "service", ChurnState.name)
    guard result.code == 0 else { throw LabError(result.output) }
    let time = try await settle(since: start, .now)
    let own = Set((ChurnState.balancer + ChurnState.external).map { "\($0)" } + clusterIPs.map { "\($0)" })
    for (node, state) in try NATWatch.now(nodes) {
      #expect(
        state.frontends.keys.filter { own.contains($0.address) || [31_060, 31_061].contains($0.port) } == [], "\(node)")
      #expect(state.strays == [], "\(node)")
    }
    try expectAnswers(from: cluster.client.namespace, new: [], gone: gone.0, "deletion")
    try expectAnswers(from: cluster.asking.namespace, new: [], gone: gone.1, "deletion")
    let outcome = outside.take()
    #expect(outcome.failures.isEmpty, "deletion: \(outcome.failures.prefix(5))")
    #expect(talks.silent() == [], "the Service is gone, its connections are not")
    return time
  }
}

/// Rows that somebody writes or deletes by hand, one after the other; each is put back.
private struct HandWritten<Address: TextualIPAddress> {
  private let node: String
  private let expected: NATWatch.States
  private let frontends: TypedMap<FrontendKey<Address>, Frontend>
  private let backends: TypedMap<BackendKey, Backend<Address>>
  private let members: TypedMap<MemberKey<Address>, MemberFlags>
  private let ranges: TypedMap<SourceRangeKey<Address>, UInt32>
  private let slots: TypedMap<BackendKey, Backend<Address>>

  init(
    _ node: String, _ expected: NATWatch.States, _ frontends: String, _ backends: String, _ members: String,
    _ ranges: String
  ) throws {
    (self.node, self.expected) = (node, expected)
    self.frontends = try TestLab.map(frontends, on: node, FrontendKey<Address>.self, Frontend.self)
    self.backends = try TestLab.map(backends, on: node, BackendKey.self, Backend<Address>.self)
    self.members = try TestLab.map(members, on: node, MemberKey<Address>.self, MemberFlags.self)
    self.ranges = try TestLab.map(ranges, on: node, SourceRangeKey<Address>.self, UInt32.self)
    slots = try TestLab.map(
      Address.bitWidth == 128 ? MapName.maglev6 : MapName.maglev4, on: node, BackendKey.self, Backend<Address>.self)
  }

  func check() throws {
    let port = BigEndian16(OutsideCluster.Front.both.nodePort)
    let key = FrontendKey(address: Address.everyNode, port: port, proto: IPProtocolNumber.tcp)
    let frontend = try #require(try frontends.lookUp(key))
    try with(frontends, key, nil)
    try with(frontends, key, changed(frontend) { $0.flags.insert(.externalLocal) })
    try with(frontends, key, changed(frontend) { $0.affinitySeconds = 10 })
    try with(frontends, key, changed(frontend) { $0.count -= 1 })
    try with(frontends, key, changed(frontend) { $0.localCount += 1 })
    try with(frontends, key, changed(frontend) { $0.id += 1_000_000 })
    try with(frontends, FrontendKey(address: key.address, port: port, proto: IPProtocolNumber.sctp), frontend)
    try with(
      frontends, FrontendKey(address: key.address, port: BigEndian16(31_999), proto: key.proto),
      Frontend(id: 1_000_000, count: 0))

    let (first, second) = (BackendKey(id: frontend.id, ordinal: 0), BackendKey(id: frontend.id, ordinal: 1))
    let backend = try #require(try backends.lookUp(first))
    try with(backends, first, nil)
    try with(backends, second, backend)
    try with(backends, first, Backend(address: backend.address, port: BigEndian16(1)))
    try with(backends, BackendKey(id: frontend.id, ordinal: frontend.count), backend)
    try with(backends, BackendKey(id: 1_000_000, ordinal: 0), backend)

    let member = MemberKey(id: frontend.id, address: backend.address, port: backend.port)
    try with(members, member, nil)
    try with(members, member, .serving)
    try with(members, MemberKey(id: 1_000_000, address: backend.address, port: backend.port), .serving)

    try with(ranges, SourceRangeKey(id: frontend.id, address: backend.address, length: 32), 1)
    try with(ranges, SourceRangeKey(id: 1_000_000, address: backend.address, length: 8), 1)
  }

  /// The same for a Maglev table.
  func checkSlots() throws {
    let key = try #require(try slots.keys().first)
    let owner = try #require(try slots.lookUp(key))
    try with(slots, key, nil)
    try with(slots, key, Backend(address: owner.address, port: BigEndian16(1)))
    try with(slots, BackendKey(id: key.id, ordinal: 70_000), owner)
    try with(slots, BackendKey(id: 1_000_000, ordinal: 0), owner)
  }

  private func changed(_ frontend: Frontend, _ change: (inout Frontend) -> Void) -> Frontend {
    var frontend = frontend
    change(&frontend)
    return frontend
  }

  /// Writes or deletes one row, asks, and puts it back.
  private func with<Key: BitwiseCopyable, Value: BitwiseCopyable>(
    _ map: TypedMap<Key, Value>, _ key: Key, _ value: Value?
  ) throws {
    let old = try map.lookUp(key)
    func set(_ value: Value?) throws {
      if let value { try map.update(key, value) } else { try map.delete(key) }
    }
    try set(value)
    let differences = Result {
      NATCheck.differences([node: try FoundNAT.state(on: node)], [node: expected[node] ?? NATState()])
    }
    try set(old)
    #expect(try !differences.get().isEmpty, "\(node) \(map.name): \(key) is \(value.map { "\($0)" } ?? "gone")")
    let later = NATCheck.differences([node: try FoundNAT.state(on: node)], [node: expected[node] ?? NATState()])
    #expect(later == [])
  }
}
