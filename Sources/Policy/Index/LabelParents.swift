/// What passes labels on, and to whom. One that is not known yet passes nothing on.
struct LabelParents {
  private struct Parent {
    let id: LabelParentID
    /// In ascending order.
    var labels: [LabelKey] = []
    var children: Set<Int32> = []
  }

  private var slots: [LabelParentID: Int32] = [:]
  private var parents = SlotTable<Parent>()
  private var postings = LabelPostings()

  func labels(of parent: Int32) -> [LabelKey] { parents[parent].labels }

  /// Gives a parent labels in ascending order, and tells which it had.
  mutating func set(_ id: LabelParentID, _ labels: [LabelKey]) -> (old: [LabelKey], children: Set<Int32>) {
    let parent = slot(of: id)
    let old = parents[parent].labels
    for label in old where !labels.contains(label) { postings.remove(parent, label) }
    for label in labels where !old.contains(label) { postings.insert(parent, label) }
    parents[parent].labels = labels
    let children = parents[parent].children
    forgetIfUnused(parent)
    return (old, children)
  }

  /// Makes `object` a child of these instead of those, and gives their slots.
  mutating func replace(_ old: [Int32], with ids: [LabelParentID], of object: Int32) -> [Int32] {
    let new = ids.uniqued.map { slot(of: $0) }
    guard new != old else { return old }
    for parent in new { parents[parent].children.insert(object) }
    for parent in old where !new.contains(parent) {
      parents[parent].children.remove(object)
      forgetIfUnused(parent)
    }
    return new
  }

  /// How many objects inherit a label, twice those that inherit it twice.
  func childCount(with key: LabelKey) -> Int {
    var count = 0
    postings.forEach(with: key) { count += parents[$0].children.count }
    return count
  }

  func forEachChild(with key: LabelKey, _ body: (Int32) -> Void) {
    postings.forEach(with: key) { parents[$0].children.forEach(body) }
  }

  private mutating func slot(of id: LabelParentID) -> Int32 {
    if let slot = slots[id] { return slot }
    let slot = parents.insert(Parent(id: id))
    slots[id] = slot
    return slot
  }

  private mutating func forgetIfUnused(_ parent: Int32) {
    guard parents[parent].labels.isEmpty, parents[parent].children.isEmpty else { return }
    slots[parents[parent].id] = nil
    parents.remove(parent)
  }
}

extension [LabelKey] {
  /// In a few labels, a search from the first is the fastest.
  func value(of name: UInt32) -> UInt32? {
    for label in self where label.name == name { return label.value }
    return nil
  }
}
