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

  /// Returns after a notification, or when the task is cancelled. One task at a time is meant to wait: a second one
  /// sends the first on its way.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let released = state.withLock { state -> CheckedContinuation<Void, Never>? in
          switch state {
          case .quiet where !Task.isCancelled:
            state = .waiting(continuation)
            return nil
          case .quiet, .notified:
            state = .quiet
            return continuation
          case .waiting(let first):
            state = .waiting(continuation)
            return first
          }
        }
        released?.resume()
      }
    } onCancel: {
      notify()
    }
  }
}
