import Synchronization

/// Events between the thread that reads the socket and the tasks that consume them: bounded, and never silently lossy.
final class EventBuffer: Sendable {
  private struct State {
    var events: [NetlinkEvent] = []
    /// Events before this one were taken already.
    var head = 0
    var waiters: [(id: UInt64, continuation: CheckedContinuation<Outcome, Never>)] = []
    var lastWaiter: UInt64 = 0
    var end: Outcome?

    var count: Int { events.count - head }

    mutating func take() -> NetlinkEvent? {
      guard head < events.count else { return nil }
      defer {
        head += 1
        if head == events.count || head > 1024 {
          events.removeFirst(head)
          head = 0
        }
      }
      return events[head]
    }
  }

  typealias Outcome = Result<NetlinkEvent?, NetlinkError>

  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int) { self.capacity = max(capacity, 1) }

  /// Adds an event; if there is no room, all that wait give way to one `.resync`.
  func append(_ event: NetlinkEvent) {
    let waiter = state.withLock { (state) -> CheckedContinuation<Outcome, Never>? in
      guard state.end == nil else { return nil }
      if !state.waiters.isEmpty { return state.waiters.removeFirst().continuation }
      if state.count >= capacity {
        state.events = [.resync(.consumerTooSlow)]
        state.head = 0
      } else {
        state.events.append(event)
      }
      return nil
    }
    waiter?.resume(returning: .success(event))
  }

  /// Ends the sequence: events that wait are still given out, then nil, or the error to the first who asks.
  func finish(throwing error: NetlinkError? = nil) {
    let waiters = state.withLock { (state) -> [CheckedContinuation<Outcome, Never>] in
      guard state.end == nil else { return [] }
      state.end = error.map { .failure($0) } ?? .success(nil)
      defer { state.waiters = [] }
      return state.waiters.map(\.continuation)
    }
    for waiter in waiters { waiter.resume(returning: error.map { .failure($0) } ?? .success(nil)) }
  }

  /// The next event; nil at the end, or when the task was cancelled.
  func next() async throws(NetlinkError) -> NetlinkEvent? {
    let id = state.withLock { (state) -> UInt64 in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { wait(id, $0) }
    } onCancel: {
      cancel(id)
    }
    return try outcome.get()
  }

  private func wait(_ id: UInt64, _ continuation: CheckedContinuation<Outcome, Never>) {
    let ready = state.withLock { (state) -> Outcome? in
      if Task.isCancelled { return .success(nil) }
      if let event = state.take() { return .success(event) }
      if let end = state.end {
        state.end = .success(nil)
        return end
      }
      state.waiters.append((id, continuation))
      return nil
    }
    if let ready { continuation.resume(returning: ready) }
  }

  private func cancel(_ id: UInt64) {
    let waiter = state.withLock { (state) -> CheckedContinuation<Outcome, Never>? in
      guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiters.remove(at: index).continuation
    }
    waiter?.resume(returning: .success(nil))
  }
}
