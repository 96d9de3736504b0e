/// A label's name and value as the numbers of a `TextTable`, or the name alone.
struct LabelKey: Hashable, Comparable {
  private let packed: UInt64

  init(name: UInt32, value: UInt32) { packed = UInt64(name) << 32 | UInt64(value) }

  /// Any value.
  static func present(_ name: UInt32) -> LabelKey { LabelKey(name: name, value: .max) }

  var name: UInt32 { UInt32(packed >> 32) }
  var value: UInt32 { UInt32(truncatingIfNeeded: packed) }
  var isPresence: Bool { value == .max }

  static func < (left: LabelKey, right: LabelKey) -> Bool { left.packed < right.packed }
}

extension TextTable {
  /// In ascending order.
  mutating func retain(_ labels: [String: String]) -> [LabelKey] {
    labels.map { LabelKey(name: retain(ExactText($0.key)), value: retain(ExactText($0.value))) }.sorted()
  }

  mutating func release(_ labels: [LabelKey]) {
    for label in labels { release(label) }
  }

  mutating func retain(_ condition: LabelCondition) -> LabelKey {
    switch condition {
    case .present(let name): .present(retain(name))
    case .value(let name, let value): LabelKey(name: retain(name), value: retain(value))
    }
  }

  mutating func release(_ key: LabelKey) {
    release(key.name)
    if !key.isPresence { release(key.value) }
  }

  /// nil where nothing has it.
  func key(of condition: LabelCondition) -> LabelKey? {
    switch condition {
    case .present(let name): return number(of: name).map(LabelKey.present)
    case .value(let name, let value):
      guard let name = number(of: name), let value = number(of: value) else { return nil }
      return LabelKey(name: name, value: value)
    }
  }
}
