import Policy

/// A dimension of classes: which row a class has follows from the sets that its members are in.
struct ClassRows: Sendable {
  /// Every set that a condition names.
  let sets: Set<IPSetID>
  /// The row of what is in none of them.
  let standard: Row
  /// Words in which rows differ.
  let words: [Int]

  private struct Bit {
    let position: Int
    let condition: MembershipCondition
  }

  private let bits: [Bit]
  /// The bits, as indices of `bits`, that each set has a say in.
  private let users: [IPSetID: [Int]]

  /// nil where no bit has a condition.
  init?(_ layout: BitLayout, condition: (Conjunction) -> MembershipCondition) {
    bits = layout.bits.map { Bit(position: $0.position, condition: condition($0.conjunction)) }
      .filter { !$0.condition.isUnconditional }
    if bits.isEmpty { return nil }
    words = wordsOf(bits.map(\.position))
    var users: [IPSetID: [Int]] = [:]
    var standard = layout.full
    for (index, bit) in bits.enumerated() {
      for set in bit.condition.sets { users[set, default: []].append(index) }
      if !bit.condition.anyOf.isEmpty { standard.clear(bit.position) }
    }
    self.users = users
    self.standard = standard
    sets = Set(users.keys)
  }

  /// What its rows depend on, the same for equal dimensions.
  var text: String {
    bits.map { bit in
      let clauses = (bit.condition.anyOf + [bit.condition.noneOf]).map {
        $0.sorted().map(\.text).joined(separator: " ")
      }
      return "\(bit.position) \(clauses.joined(separator: "; "))"
    }.joined(separator: "\n")
  }

  /// The row of a class whose members are in these sets; nil where it is the standard row.
  func row(forClass memberships: Set<IPSetID>) -> Row? {
    var row = standard
    for set in memberships {
      for index in users[set] ?? [] {
        let bit = bits[index]
        if bit.condition.holds(memberships) { row.set(bit.position) } else { row.clear(bit.position) }
      }
    }
    return row == standard ? nil : row
  }
}
