/// Which slots have which labels.
struct LabelPostings {
  private struct Name {
    var values: [UInt32: Set<Int32>] = [:]
    var count = 0
  }

  private var names: [UInt32: Name] = [:]

  /// The slot has not got the label yet.
  mutating func insert(_ slot: Int32, _ label: LabelKey) {
    names[label.name, default: Name()].values[label.value, default: []].insert(slot)
    names[label.name]?.count += 1
  }

  /// The slot has the label.
  mutating func remove(_ slot: Int32, _ label: LabelKey) {
    names[label.name]?.values[label.value]?.remove(slot)
    names[label.name]?.count -= 1
    if names[label.name]?.values[label.value]?.isEmpty == true { names[label.name]?.values[label.value] = nil }
    if names[label.name]?.count == 0 { names[label.name] = nil }
  }

  func count(of key: LabelKey) -> Int {
    guard let name = names[key.name] else { return 0 }
    return key.isPresence ? name.count : name.values[key.value]?.count ?? 0
  }

  func forEach(with key: LabelKey, _ body: (Int32) -> Void) {
    guard let name = names[key.name] else { return }
    if key.isPresence {
      for slots in name.values.values { slots.forEach(body) }
    } else {
      name.values[key.value]?.forEach(body)
    }
  }
}
