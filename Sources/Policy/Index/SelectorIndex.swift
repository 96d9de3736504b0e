/// Which selectors match which objects, kept up to date change by change.
///
/// A change of one object asks only the selectors that stand at one of its labels; a new selector asks only the objects that have
/// one of the labels which its matches have to have.
struct SelectorIndex {
  private struct Object {
    /// Its own labels, in ascending order.
    var labels: [LabelKey] = []
    var parents: [Int32] = []
    /// In ascending order.
    var selectors: [Int32] = []

    mutating func insert(_ selector: Int32) {
      selectors.insert(selector, at: selectors.firstIndex { $0 > selector } ?? selectors.endIndex)
    }

    mutating func remove(_ selector: Int32) {
      if let index = selectors.firstIndex(of: selector) { selectors.remove(at: index) }
    }
  }

  private struct IndexedSelector {
    let selector: Selector
    let numbered: NumberedSelector
    /// Where it stands among the triggers.
    var keys: [LabelKey]?
    var objects: Set<Int32> = []
  }

  private var texts = TextTable()
  private var objects = SlotTable<Object>()
  private var selectors = SlotTable<IndexedSelector>()
  private var parents = LabelParents()
  private var postings = LabelPostings()
  private var triggers = SelectorTriggers()
  /// The count of objects at which it is chosen anew where selectors stand.
  private var placedAt = 64

  /// In ascending order.
  func selectors(matching object: Int32) -> [Int32] { objects[object].selectors }

  func objects(matching selector: Int32) -> Set<Int32> { selectors[selector].objects }

  func isMatch(_ selector: Int32, _ object: Int32) -> Bool { selectors[selector].objects.contains(object) }

  /// How many texts are kept for labels and selectors.
  var textCount: Int { texts.count }

  // MARK: Objects

  /// A new object without labels.
  mutating func insertObject() -> Int32 {
    let object = objects.insert(Object())
    placeSelectorsAnew()
    return object
  }

  /// What has neither labels nor parents, and matches what `update` told before.
  mutating func removeObject(_ object: Int32) {
    objects.remove(object)
    placeSelectorsAnew()
  }

  /// Gives an object other labels; `refresh` tells what follows from that.
  mutating func relabel(_ object: Int32, _ labels: [String: String], parents ids: [LabelParentID]) {
    let new = texts.retain(labels.filter { !LabelName.isOnlyInherited($0.key) })
    let old = objects[object].labels
    if new != old {
      for label in old where !new.contains(label) { postings.remove(object, label) }
      for label in new where !old.contains(label) { postings.insert(object, label) }
      objects[object].labels = new
    }
    texts.release(old)
    objects[object].parents = parents.replace(objects[object].parents, with: ids, of: object)
  }

  /// Works out anew which selectors match an object, and tells which began to and which ceased to.
  mutating func refresh(_ object: Int32) -> MatchChange {
    let old = objects[object].selectors
    let new = selectorsToMatch(object)
    guard old != new else { return MatchChange() }
    let change = MatchChange(from: old, to: new)
    for selector in change.began { selectors[selector].objects.insert(object) }
    for selector in change.ended { selectors[selector].objects.remove(object) }
    objects[object].selectors = new
    return change
  }

  /// All selectors cease to match the object.
  mutating func endMatches(of object: Int32) -> [Int32] {
    let ended = objects[object].selectors
    for selector in ended { selectors[selector].objects.remove(object) }
    objects[object].selectors = []
    return ended
  }

  private func selectorsToMatch(_ object: Int32) -> [Int32] {
    let labels = labels(of: object)
    var matching: [Int32] = []
    for selector in selectorsToAsk(labels) where selectors[selector].numbered.matches(labels, texts) {
      matching.append(selector)
    }
    return matching
  }

  /// The selectors that can match what has these labels, in ascending order.
  private func selectorsToAsk(_ labels: [LabelKey]) -> [Int32] {
    var candidates = triggers.always
    for label in labels {
      candidates += triggers.selectors(at: label)
      candidates += triggers.selectors(at: .present(label.name))
    }
    candidates.sort()
    var unique: [Int32] = []
    for selector in candidates where selector != unique.last { unique.append(selector) }
    return unique
  }

  /// How many selectors a change of the object asks.
  func askedCount(_ object: Int32) -> Int { selectorsToAsk(labels(of: object)).count }

  /// Its own, and of those that are passed on the first of each name.
  private func labels(of object: Int32) -> [LabelKey] {
    var labels = objects[object].labels
    for parent in objects[object].parents {
      for label in parents.labels(of: parent) where labels.value(of: label.name) == nil { labels.append(label) }
    }
    return labels
  }

  // MARK: Parents

  /// Gives a parent other labels, and tells which objects have to be refreshed.
  mutating func setParent(_ id: LabelParentID, _ labels: [String: String]) -> Set<Int32> {
    let new = texts.retain(labels)
    let change = parents.set(id, new)
    texts.release(change.old)
    return change.old == new ? [] : change.children
  }

  // MARK: Selectors

  /// Its slot; `objects(matching:)` tells what it matches.
  mutating func insert(_ selector: Selector) -> Int32 {
    let keys = retainKeys(of: selector)
    let slot = selectors.insert(
      IndexedSelector(selector: selector, numbered: texts.retain(selector.root), keys: keys))
    triggers.insert(slot, keys)
    let numbered = selectors[slot].numbered
    for object in objectsToAsk(keys) where numbered.matches(labels(of: object), texts) {
      selectors[slot].objects.insert(object)
      objects[object].insert(slot)
    }
    return slot
  }

  mutating func removeSelector(_ slot: Int32) {
    let removed = selectors[slot]
    for object in removed.objects { objects[object].remove(slot) }
    triggers.remove(slot, removed.keys)
    texts.release(removed.keys ?? [])
    texts.release(removed.numbered)
    selectors.remove(slot)
  }

  private func objectsToAsk(_ keys: [LabelKey]?) -> Set<Int32> {
    guard let keys else { return Set(objects.slots) }
    var found: Set<Int32> = []
    for key in keys {
      postings.forEach(with: key) { found.insert($0) }
      parents.forEachChild(with: key) { found.insert($0) }
    }
    return found
  }

  // MARK: Where selectors stand

  /// nil where the selector may match anything.
  private mutating func retainKeys(of selector: Selector) -> [LabelKey]? {
    guard case .anyOf(let conditions) = selector.restriction(cost: cost) else { return nil }
    return conditions.map { texts.retain($0) }
  }

  /// How many objects there are to ask; among equals, how many selectors stand there, for what many select by is seldom rare.
  private func cost(of condition: LabelCondition) -> Int {
    let isPresence = if case .present = condition { 1 } else { 0 }
    guard let key = texts.key(of: condition) else { return isPresence }
    let objects = postings.count(of: key) + parents.childCount(with: key)
    return objects << 20 + min(triggers.selectors(at: key).count << 1 + isPresence, 1 << 20 - 1)
  }

  /// As the objects become twice or half as many, what was the rarest label may be so no longer.
  private mutating func placeSelectorsAnew() {
    guard objects.count >= placedAt * 2 || (objects.count < placedAt / 2 && placedAt > 64) else { return }
    placedAt = max(objects.count, 64)
    for slot in selectors.slots {
      let keys = retainKeys(of: selectors[slot].selector)
      let old = selectors[slot].keys
      triggers.remove(slot, old)
      triggers.insert(slot, keys)
      selectors[slot].keys = keys
      texts.release(old ?? [])
    }
  }
}

/// Selectors that began to match an object, and that ceased to, each in ascending order.
struct MatchChange {
  var began: [Int32] = []
  var ended: [Int32] = []
}

extension MatchChange {
  /// Both in ascending order.
  fileprivate init(from old: [Int32], to new: [Int32]) {
    var rest = old[...]
    for selector in new {
      while let first = rest.first, first < selector { ended.append(rest.removeFirst()) }
      if rest.first == selector { rest.removeFirst() } else { began.append(selector) }
    }
    ended.append(contentsOf: rest)
  }
}
