import Foundation
import Synchronization

/// Bytes that go back and forth over a connection until told to stop, in a thread of their own: a shared pool may have none
/// free while other tests hold its threads.
final class Traffic: Sendable {
  private struct State {
    var isStopping = false
    var hasEnded = false
    var exchanges = 0
    var failure: String?
  }

  /// Longer than a busy machine leaves a thread waiting.
  private static let patience = Duration.seconds(30)

  private let state = Mutex(State())
  private let connection: (client: PodSocket, server: PodSocket)

  init(_ connection: (client: PodSocket, server: PodSocket)) { self.connection = connection }

  func start() {
    Thread.detachNewThread { [self] in
      while state.withLock({ !$0.isStopping && $0.failure == nil }) {
        do {
          try exchange()
          state.withLock { $0.exchanges += 1 }
        } catch {
          state.withLock { $0.failure = "after \($0.exchanges) exchanges: \(error)" }
        }
      }
      state.withLock { $0.hasEnded = true }
    }
  }

  private func exchange() throws {
    try connection.client.write(3)
    _ = try connection.server.read()
    try connection.server.write(4)
    _ = try connection.client.read()
  }

  /// Whether so many more exchanges happen from now on.
  func goesOn(for count: Int) -> Bool {
    let goal = state.withLock { $0.exchanges } + count
    return wait { $0.exchanges >= goal || $0.failure != nil } && state.withLock { $0.failure == nil }
  }

  /// What went wrong; nil if nothing did.
  func stop() -> String? {
    state.withLock { $0.isStopping = true }
    guard wait(until: { $0.hasEnded }) else { return "an exchange does not end" }
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
