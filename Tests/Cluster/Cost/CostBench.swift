import Foundation
import Netlink

@testable import Lab

/// Does the same work over several routes in turns, so that what else the machine does falls on all alike.
struct CostBench {
  /// Where the two ends run.
  enum Placement: String {
    /// Both on the last CPU: it is never idle, so its time is what a transaction costs.
    case one = "one CPU"
    /// Each on its own: they wait for each other's wake-ups, which no thread's time has.
    case two = "two CPUs"
  }

  /// What a round took, by both ends together.
  typealias Times = CostThread.Times

  let routes: [CostRoute]
  let listeners: [StreamSocket]
  private let connections: [CostConnection]

  init(_ routes: [CostRoute]) throws {
    self.routes = routes
    // Each listens for both families.
    var listeners: [CostRoute.Way: StreamSocket] = [:]
    for route in routes where listeners[route.way] == nil {
      listeners[route.way] = try route.listen()
    }
    self.listeners = routes.compactMap { listeners[$0.way] }
    connections = try zip(routes, self.listeners).map { try CostConnection($0, $1) }
  }

  func close() {
    for connection in connections { connection.close() }
    for descriptor in Set(listeners.map(\.descriptor)) { StreamSocket(descriptor: descriptor).close() }
  }

  /// The times of each route, round by round; one round before is not counted.
  func run(_ work: CostWork, _ placement: Placement, rounds: Int) async throws -> [[Times]] {
    var times = routes.map { _ in [Times]() }
    for round in 0...rounds {
      for turn in routes.indices {
        let index = (turn + round) % routes.count
        let one = try await once(work, placement, index)
        if round > 0 { times[index].append(one) }
      }
    }
    return times
  }

  func once(_ work: CostWork, _ placement: Placement, _ index: Int) async throws -> Times {
    let (route, listener, connection) = (routes[index], listeners[index], connections[index])
    let last = max(0, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)
    async let server = CostThread.run(in: route.server, on: last) { try work.server(listener, connection) }
    let client = try await CostThread.run(in: route.client, on: placement == .one ? last : 0) {
      try work.client(route, connection)
    }
    return Times(cpu: client.cpu + (try await server).cpu, clock: client.clock)
  }
}
