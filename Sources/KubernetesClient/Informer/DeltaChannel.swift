import Synchronization

/// The way of one kind's deltas from its reflector to the consumer: bounded, the latest state of each object.
final class DeltaChannel<Object: KubernetesResource>: Sendable {
  private let buffer = Mutex(DeltaBuffer<Object>())
  private let limit: Int
  private let space = Signal()
  private let wake: Signal

  /// - Parameters:
  ///   - limit: Changed objects that may wait before `send` waits.
  ///   - wake: What the consumer waits for.
  init(limit: Int, wake: Signal) {
    self.limit = limit
    self.wake = wake
  }

  /// Hands deltas over at once, then waits while too many are waiting.
  func send(_ deltas: [Delta<Object>]) async {
    guard !deltas.isEmpty else { return }
    buffer.withLock { buffer in deltas.forEach { buffer.append($0) } }
    wake.notify()
    while !Task.isCancelled, buffer.withLock({ $0.count >= limit }) { await space.wait() }
  }

  func drain() -> [Delta<Object>] {
    let deltas = buffer.withLock { $0.drain() }
    space.notify()
    return deltas
  }
}
