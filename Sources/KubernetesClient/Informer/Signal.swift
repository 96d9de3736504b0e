import Synchronization

/// Wakes one waiting task. A notification that comes while nobody waits is kept; several count as one.
final class Signal: Sendable {
  private enum State {
    case quiet
    case notified
    case waiting(CheckedContinuation<Void, Never>)
  }

  private let state = Mutex(State.quiet)

  func notify() {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard case .waiting(let continuation) = state else {
        state = .notified
        return nil
      }
      state = .quiet
      return continuation
    }
    waiter?.resume()
  }

  /// Returns after a notification, or when the task is cancelled. One task at a time may wait.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isNotified = state.withLock { state -> Bool in
          guard case .quiet = state, !Task.isCancelled else {
            state = .quiet
            return true
          }
          state = .waiting(continuation)
          return false
        }
        if isNotified { continuation.resume() }
      }
    } onCancel: {
      notify()
    }
  }
}
