import Synchronization

/// Keys that wait for work. A key that is marked again before its turn comes is worked on once.
final class WorkQueue<Key: Hashable & Sendable>: Sendable {
  private let waiting = Mutex<Set<Key>>([])
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init() {
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func mark(_ keys: some Sequence<Key>) {
    waiting.withLock { $0.formUnion(keys) }
    signal.yield()
  }

  func finish() { signal.finish() }

  /// Hands out all that waits, again and again, until the queue is finished.
  func run(_ work: (Set<Key>) async -> Void) async {
    for await _ in signals {
      let keys = waiting.withLock { keys in
        defer { keys = [] }
        return keys
      }
      if !keys.isEmpty { await work(keys) }
    }
  }
}
