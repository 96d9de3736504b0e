/// Which selectors have to be asked about what has a label: each selector stands at the labels that its matches have to have.
struct SelectorTriggers {
  private var byLabel: [LabelKey: [Int32]] = [:]
  /// Those that may match anything.
  private(set) var always: [Int32] = []

  /// `keys` is nil where the selector may match anything.
  mutating func insert(_ selector: Int32, _ keys: [LabelKey]?) {
    guard let keys else { return always.append(selector) }
    for key in keys { byLabel[key, default: []].append(selector) }
  }

  mutating func remove(_ selector: Int32, _ keys: [LabelKey]?) {
    guard let keys else { return always.remove(selector) }
    for key in keys {
      byLabel[key]?.remove(selector)
      if byLabel[key]?.isEmpty == true { byLabel[key] = nil }
    }
  }

  func selectors(at key: LabelKey) -> [Int32] { byLabel[key] ?? [] }
}

extension [Int32] {
  fileprivate mutating func remove(_ element: Int32) {
    guard let index = firstIndex(of: element) else { return }
    swapAt(index, endIndex - 1)
    removeLast()
  }
}
