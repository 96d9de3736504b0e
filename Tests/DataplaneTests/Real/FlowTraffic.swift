import Foundation
import Synchronization

/// Flows that exchange numbers until told to stop, each in a thread of its own: a shared pool may have none free.
final class FlowTraffic: Sendable {
  private struct State {
    var isStopping = false
    var running = 0
    var exchanges: [Int]
    var failure: String?
  }

  private static let patience = Duration.seconds(30)
  /// Packets that are on their way at once.
  private static let burst: UInt64 = 8

  private let flows: [PodFlow]
  private let state: Mutex<State>

  init(_ flows: [PodFlow]) {
    self.flows = flows
    state = Mutex(State(exchanges: [Int](repeating: 0, count: flows.count)))
  }

  func start() {
    state.withLock { $0.running = flows.count }
    for index in flows.indices { Thread.detachNewThread { [self] in run(index) } }
  }

  private func run(_ index: Int) {
    var next: UInt64 = 1
    while state.withLock({ !$0.isStopping && $0.failure == nil }) {
      do {
        try flows[index].exchange(next..<next + Self.burst)
        next += Self.burst
        state.withLock { $0.exchanges[index] += 1 }
        // The work that this goes on beside needs a CPU, too.
        usleep(2000)
      } catch {
        state.withLock { $0.failure = $0.failure ?? "after \($0.exchanges[index]) exchanges: \(error)" }
      }
    }
    state.withLock { $0.running -= 1 }
  }

  /// Exchanges so far, of all flows.
  var count: Int { state.withLock { $0.exchanges.reduce(0, +) } }

  /// Whether each flow has so many more from now on.
  func goesOn(for count: Int) -> Bool {
    let goals = state.withLock { $0.exchanges.map { $0 + count } }
    return wait { state in state.failure != nil || zip(state.exchanges, goals).allSatisfy { $0 >= $1 } }
      && state.withLock { $0.failure == nil }
  }

  /// What went wrong; nil if nothing did.
  func stop() -> String? {
    state.withLock { $0.isStopping = true }
    guard wait(until: { $0.running == 0 }) else { return "an exchange does not end" }
    return state.withLock { $0.failure }
  }

  private func wait(until condition: (State) -> Bool) -> Bool {
    let end = ContinuousClock.now + Self.patience
    while !state.withLock({ condition($0) }) {
      guard ContinuousClock.now < end else { return false }
      usleep(500)
    }
    return true
  }
}
