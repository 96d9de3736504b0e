import DataplaneABI
import Foundation
import Netlink
import PathTable
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Costs") struct Costs {}
}

extension RealTraffic.Costs {
  private static let rounds = 31

  /// `APUS_MEASURE=1 swift test --filter Cluster.RealTraffic/Costs` prints the tables of docs/datapath.md.
  @Test(
    "measured beside bare forwarding, between pods on two nodes", .enabled(if: getenv("APUS_MEASURE") != nil),
    arguments: [
      (CostWork.exchanges(3000), CostBench.Placement.one), (.exchanges(2000), .two), (.stream(writes: 600), .one),
      (.stream(writes: 600), .two), (.connections(200), .one),
    ])
  func measured(work: CostWork, placement: CostBench.Placement) async throws {
    try await Self.withRoutes { try await Self.measure($0, work, placement) }
  }

  @Test("the comparison compares: bare packets are forwarded by their hosts' stacks, the lab's by programs alone")
  func honest() async throws {
    let nodes = try TestLab.topology().nodes.map(\.host).prefix(2)
    let hosts = BareForwarding(try TestLab.topology()).hosts
    try await Self.withRoutes { bench in
      for (index, route) in bench.routes.enumerated() {
        let before = try (nodes + hosts).map { try Self.forwarded($0, route) }
        let counted = try TestLab.counters(on: nodes[0].name)
        _ = try await bench.once(.exchanges(500), .two, index)
        _ = try await bench.once(.connections(10), .two, index)
        let after = try (nodes + hosts).map { try Self.forwarded($0, route) }
        let packets = zip(before, after).map { $1 - $0 }
        let isBare = route.way == .bare
        #expect(packets.prefix(2).allSatisfy { isBare || $0 == 0 }, "\(route.way), \(route.address): \(packets)")
        #expect(packets.suffix(2).allSatisfy { isBare == ($0 >= 1000) }, "\(route.way), \(route.address): \(packets)")
        let flows = try TestLab.counters(on: nodes[0].name)
        #expect(isBare || flows[.newFlow] - counted[.newFlow] >= 10)
        #expect(flows[.serviceFlow] - counted[.serviceFlow] == (route.way == .service ? 10 : 0))
      }
    }
  }

  @Test("what a pod writes at once crosses both nodes in big buffers, and none is cut on its way")
  func segmentation() async throws {
    try await Self.withRoutes { bench in
      for (index, route) in bench.routes.enumerated() where route.way != .bare {
        let node = try NetworkNamespace(named: try TestLab.record(PathEnd.podThere.word).nodeNamespace)
        let places = [route.client, node, route.server]
        let before = try places.map { try KernelFigures.interface(LabHost.interface, in: $0) }
        _ = try await bench.once(.stream(writes: 128), .two, index)
        let after = try places.map { try KernelFigures.interface(LabHost.interface, in: $0) }
        let sent = after[0].sent.packets - before[0].sent.packets
        for place in [1, 2] {
          let bytes = after[place].received.bytes - before[place].received.bytes
          let packets = after[place].received.packets - before[place].received.packets
          #expect(bytes > 128 * CostWork.chunk, "\(route.way), \(route.address)")
          // A segment has 1,448 octets. The stream begins slowly, and a buffer holds no more than 65,535.
          #expect(bytes > 16_000 * packets, "\(route.way), \(route.address): \(bytes) in \(packets)")
          // The node's interface has some of other people's.
          #expect(packets < sent * 3 / 2, "\(route.way), \(route.address): \(sent) became \(packets)")
        }
      }
    }
  }

  private static func forwarded(_ host: LabHost, _ route: CostRoute) throws -> Int {
    let both = try KernelFigures.forwarded(in: try NetworkNamespace(named: host.namespace))
    return both[route.address.family == .ipv4 ? 0 : 1]
  }

  /// Makes all routes, and takes them away whatever happens.
  private static func withRoutes(_ body: (CostBench) async throws -> Void) async throws {
    let bare = BareForwarding(try TestLab.topology())
    let cluster = try await PathCluster.make()
    do {
      try bare.make()
      let routes = try CostRoute.all(cluster, bare)
      try await ready(routes)
      let bench = try CostBench(routes)
      defer { bench.close() }
      try await body(bench)
    } catch {
      try? bare.remove()
      try? await cluster.remove()
      throw error
    }
    try bare.remove()
    try await cluster.remove()
  }

  /// Waits until every address leads to its pod.
  private static func ready(_ routes: [CostRoute]) async throws {
    for route in routes {
      let listener = try route.listen()
      defer { listener.close() }
      listener.limitWaiting(.seconds(1))
      try await TestLab.eventually("\(route.way.rawValue), \(route.address)") {
        guard let connection = try? CostConnection(route, listener) else { return false }
        connection.close()
        return true
      }
    }
  }

  private static func measure(_ bench: CostBench, _ work: CostWork, _ placement: CostBench.Placement) async throws {
    let times = try await bench.run(work, placement, rounds: rounds)
    #expect(times.allSatisfy { $0.count == rounds })
    let (count, unit, scale): (Double, String, Double) =
      switch work {
      case .exchanges(let count), .connections(let count): (Double(count), "µs a transaction", 1e6)
      case .stream(let writes): (Double(writes * CostWork.chunk) / 1e9, "ms a gigabyte", 1e3)
      }
    CostTable(routes: bench.routes, times: times, count: count, unit: unit, scale: scale)
      .print("\(work), \(placement.rawValue), \(rounds) rounds")
  }
}
