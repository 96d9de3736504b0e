/// The latest changes, oldest first: what watches resume from and pages of an older revision are rebuilt from.
struct ChangeHistory: Sendable {
  private var changes: [Change] = []
  /// Changes up to this revision are forgotten.
  private(set) var forgottenThrough: Int64
  private let capacity: Int

  init(after revision: Int64, capacity: Int) {
    forgottenThrough = revision
    self.capacity = capacity
  }

  mutating func append(_ change: Change) {
    changes.append(change)
    // Forgetting a quarter at a time keeps the cost of an append constant.
    guard changes.count > capacity else { return }
    let surplus = max(1, changes.count - capacity * 3 / 4)
    forgottenThrough = changes[surplus - 1].revision
    changes.removeFirst(surplus)
  }

  /// The changes after a revision; nil when some of them are forgotten.
  func changes(after revision: Int64) -> ArraySlice<Change>? {
    guard revision >= forgottenThrough else { return nil }
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].revision <= revision { low = middle + 1 } else { high = middle }
    }
    return changes[low...]
  }
}
