import DataplaneABI
import Services
import Testing

/// Stories of a cluster, each a list of states. They are told forwards, backwards, with pauses, with repetitions and
/// object by object; whatever the way, what comes out is what the last state alone would give.
@Suite("The frontends depend on the present state alone")
struct StateExpansionTests {
  static let stories: [String: [ClusterState]] = {
    let web = ClusterState.empty.with(service(1), "web")
    let one = web.with([pod(1)], of: "web", slice: "a")
    let two = one.with([pod(2, on: "node1")], of: "web", slice: "b")
    var (moved, near) = (two, two.with([hinted(1, zones: ["a"]), hinted(2, zones: ["b"])], of: "web", slice: "a"))
    near.slices4[SliceName(namespace: "default", name: "b")] = nil
    near.zone = "a"
    var far = near
    far.zone = "b"
    let tables = two.with(maglevService(1), "web").with(maglevService(2), "api").with([pod(7)], of: "api", slice: "c")
    var (few, small) = (tables, tables)
    few.maglev.services = 1
    small.maglev.endpoints = 1
    moved.slices4[SliceName(namespace: "default", name: "b")]?.service.name = "api"
    return [
      "grows and shrinks": [web, one, two, one, web],
      "an address moves": [one, one.with(service(2), "web"), one.with(service(2, ports: [http(81), dns(53)]), "web")],
      "two services, one address": [
        two.with(service(1), "api"), two.with(service(1), "api").with([pod(7)], of: "api", slice: "c"),
        two.with(service(2), "api"), two.with(service(1, internalLocal: true), "app"),
      ],
      "a slice changes hands": [two.with(service(2), "api"), moved.with(service(2), "api"), moved],
      "traffic that stays on the node": [
        two.with(externalService(1, local: true), "web"),
        two.with(externalService(1, local: true), "web").with(
          [pod(2, on: "node1", .draining)], of: "web", slice: "b"),
        two.with(externalService(1, local: true, internalLocal: true), "web").with(
          [pod(2, on: "node1", .unavailable)], of: "web", slice: "b"), two,
      ],
      "endpoints come and go": [
        one.with([pod(1), pod(2), pod(3)], of: "web", slice: "a"),
        one.with([pod(1, on: "node2", .draining), pod(3, on: "node1")], of: "web", slice: "a"),
        one.with([pod(1, on: "node2", .draining)], of: "web", slice: "a"), one.with([], of: "web", slice: "a"),
      ],
      "the node changes its zone": [near, far, near.with([pod(9)], of: "web", slice: "b"), two],
      "from outside in every way": [
        one, one.with(externalService(1), "web"), one.with(externalService(1, nodePort: 0, loadBalancerIPs: []), "web"),
        two.with(externalService(1, nodePort: 31000, externalIPs: [], ranges: [], local: true), "web"),
        two.with(externalService(1, externalIPs: [IPv4Address(10, 96, 0, 9)]), "web").with(service(9), "api"),
        two.with(externalService(9, externalIPs: [IPv4Address(10, 96, 0, 1)]), "api").with(service(1), "web"), one,
      ],
      "Maglev tables": [
        two, tables, few, few.with(service(2), "api"), tables.with(maglevService(3), "aaa"), few, small, tables, one,
      ],
      "the slice is there before its service": [
        ClusterState.empty.with([pod(1)], of: "web", slice: "a"), one, ClusterState.empty,
      ],
    ]
  }()

  /// The ways to tell a story.
  static let tellings: [String: @Sendable ([ClusterState]) -> [ClusterState]] = [
    "forwards": { $0 },
    "backwards": { $0.reversed() },
    "each state twice": { $0.flatMap { [$0, $0] } },
    "with empties between": { $0.flatMap { [$0, .empty] } + $0.suffix(1) },
    "forwards and backwards": { $0 + $0.reversed() },
    "only the ends": { Array($0.prefix(1) + $0.suffix(1)) },
  ]

  @Test("however a story is told, it ends the same", arguments: stories.keys.sorted(), tellings.keys.sorted())
  func expanded(story: String, telling: String) throws {
    let tell = try #require(Self.tellings[telling])
    let states = tell(try #require(Self.stories[story]))
    for slicesFirst in [false, true] {
      for computesAfterEachObject in [false, true] {
        var calculator = ServiceCalculator(nodeName: "node1")
        var previous = ClusterState.empty
        for state in states {
          calculator.move(from: previous, to: state, slicesFirst: slicesFirst) {
            if computesAfterEachObject { $0.compute() }
          }
          calculator.compute()
          #expect(Outcome(calculator) == state.computed())
          previous = state
        }
      }
    }
  }

  @Test("the changes that are reported lead from each state to the next", arguments: stories.keys.sorted())
  func changes(story: String) throws {
    var calculator = ServiceCalculator(nodeName: "node1")
    var mirror: [FrontendKey<IPv4Address>: FrontendSpec<IPv4Address>] = [:]
    var previous = ClusterState.empty
    for state in try #require(Self.stories[story]) {
      calculator.move(from: previous, to: state)
      calculator.compute()
      let changed = calculator.takeChanges().ipv4
      for key in changed {
        #expect(mirror[key] != calculator.ipv4.frontends[key])
        mirror[key] = calculator.ipv4.frontends[key]
      }
      #expect(mirror == calculator.ipv4.frontends)
      previous = state
    }
    #expect(calculator.takeChanges().ipv4.isEmpty)
  }

  @Test("one service's change leaves the others alone")
  func incremental() {
    var calculator = ServiceCalculator(nodeName: "node1")
    var state = ClusterState.empty
    for last in 1...100 {
      state = state.with(service(UInt8(last)), "s\(last)").with([pod(1)], of: "s\(last)", slice: "s\(last)")
    }
    calculator.move(from: .empty, to: state)
    calculator.compute()
    #expect(calculator.takeChanges().ipv4.count == 100)
    calculator.move(from: state, to: state.with([pod(1), pod(2)], of: "s42", slice: "s42"))
    calculator.compute()
    #expect(calculator.takeChanges().ipv4 == [frontend(42)])
  }

  @Test("of two services with one address the first by name has it, and the other is told")
  func conflict() {
    let state = ClusterState.empty.with(service(1), "web").with(service(1), "api")
      .with([pod(1)], of: "web", slice: "a").with([pod(2)], of: "api", slice: "b")
    let outcome = state.computed()
    #expect(outcome.ipv4[frontend(1)]?.backends == [backend(2)])
    let winner = ServiceName(namespace: "default", name: "api")
    let loser = ServiceName(namespace: "default", name: "web")
    #expect(outcome.conflicts == [FrontendConflict(key: frontend(1), winner: winner, loser: loser)])
  }
}
