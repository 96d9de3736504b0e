/// What a watch delivers, in the order of revisions.
enum WatchItem: Sendable {
  case change(Change)
  /// Everything up to this revision has been delivered.
  case bookmark(revision: Int64)
}

/// One open watch inside the store.
struct Watcher: Sendable {
  /// Qualified resources it wants; nil for all.
  let resources: Set<String>?
  let continuation: AsyncStream<WatchItem>.Continuation
}

/// An open watch as its consumer sees it. The stream ends when the store closes, or when the consumer is so far behind
/// that it had better list again.
struct WatchSubscription: Sendable {
  let identifier: Int
  /// What is there now, when the watch begins with that.
  let initial: [StoredObject]
  /// The revision up to which `initial` or the starting revision speaks.
  let revision: Int64
  let items: AsyncStream<WatchItem>
}

extension ObjectStore {
  /// Items that wait for a slow consumer before its watch is ended.
  static let watchBufferLimit = 20_000

  /// Opens a watch.
  /// - Parameter revision: delivers the changes after it; nil begins with what is there now.
  /// - Returns: nil when changes after the revision are forgotten, or the revision never was.
  func watch(_ resources: Set<String>?, after revision: Int64? = nil) -> WatchSubscription? {
    let (items, continuation) = AsyncStream.makeStream(
      of: WatchItem.self, bufferingPolicy: .bufferingOldest(Self.watchBufferLimit))
    let subscription = state.withLock { state -> WatchSubscription? in
      var initial: [StoredObject] = []
      if let revision {
        guard revision <= state.revision, let missed = state.history.changes(after: revision) else { return nil }
        for change in missed where resources?.contains(change.object.key.resource) ?? true {
          continuation.yield(.change(change))
        }
      } else {
        initial = state.objects.filter { resources?.contains($0.key) ?? true }.values
          .flatMap(\.values).sorted { $0.key < $1.key }
      }
      state.lastWatcher += 1
      if state.closed {
        continuation.finish()
      } else {
        state.watchers[state.lastWatcher] = Watcher(resources: resources, continuation: continuation)
      }
      return WatchSubscription(
        identifier: state.lastWatcher, initial: initial, revision: revision ?? state.revision, items: items)
    }
    if let identifier = subscription?.identifier {
      continuation.onTermination = { [weak self] _ in self?.endWatch(identifier) }
    }
    return subscription
  }

  func endWatch(_ identifier: Int) {
    let watcher = state.withLock { $0.watchers.removeValue(forKey: identifier) }
    watcher?.continuation.finish()
  }

  /// Has the watch deliver a bookmark behind all that it was sent so far.
  func sendBookmark(to identifier: Int) {
    state.withLock { state in
      _ = state.watchers[identifier]?.continuation.yield(.bookmark(revision: state.revision))
    }
  }

  /// Ends all watches, and every later one at once.
  func closeWatches() {
    let watchers = state.withLock { state in
      state.closed = true
      defer { state.watchers = [:] }
      return state.watchers
    }
    for watcher in watchers.values { watcher.continuation.finish() }
  }
}

extension ObjectStore.State {
  mutating func publish(_ change: Change) {
    for (identifier, watcher) in watchers where watcher.resources?.contains(change.object.key.resource) ?? true {
      if case .dropped = watcher.continuation.yield(.change(change)) {
        watchers[identifier] = nil
        // Ending it under the lock would run onTermination, which takes the lock.
        Task { watcher.continuation.finish() }
      }
    }
  }
}
