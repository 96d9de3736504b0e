import CalicoAPI

/// The tiers that there are.
struct TierTable: Sendable {
  struct Place: Hashable, Comparable {
    /// Infinity where it says none.
    var order: Double
    var name: String

    static func < (left: Place, right: Place) -> Bool {
      left.order == right.order ? ExactText(left.name) < ExactText(right.name) : left.order < right.order
    }
  }

  private var tiers: [String: TierSpec] = [:]

  /// Whether that makes a difference.
  mutating func set(_ name: String, _ spec: TierSpec?) -> Bool {
    let old = tiers[name]
    tiers[name] = spec
    return old != spec
  }

  private func standard(_ name: String) -> StandardTier? { StandardTier.all.first { $0.name == name } }

  /// nil where there is no such tier. Every cluster has the standard ones, whether their objects are there yet or not.
  func place(of name: String) -> Place? {
    let standard = standard(name)
    guard tiers[name] != nil || standard != nil else { return nil }
    return Place(order: tiers[name]?.order ?? standard?.order ?? .infinity, name: name)
  }

  func end(of name: String) -> StageEnd {
    (tiers[name]?.defaultAction ?? standard(name)?.defaultAction) == .pass ? .pass : .deny
  }
}
