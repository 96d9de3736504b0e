import DataplaneABI
import Policy

/// A dimension of prefixes: the row of an address is that of the longest prefix that covers it.
struct PrefixRows: Sendable {
  /// The place of each prefix's row.
  private(set) var places: [(prefix: PrefixBits, place: UInt32)] = []
  /// The place of the row of addresses that no prefix covers.
  let standard: UInt32
  /// Words in which rows differ.
  let words: [Int]

  /// nil where no bit has a condition.
  init?(_ layout: BitLayout, _ rows: inout RowTable, condition: (Conjunction) -> PeerCondition) {
    let bits = layout.bits.map { (position: $0.position, peer: condition($0.conjunction)) }
      .filter { $0.peer.hasPrefixes }
    if bits.isEmpty { return nil }
    words = wordsOf(bits.map(\.position))
    var uncovered = layout.full
    for bit in bits where bit.peer.prefixes != nil { uncovered.clear(bit.position) }
    standard = rows.place(uncovered)
    let rules = PrefixRows.rules(bits, empty: Row(words: layout.wordCount))
    // Prefixes that cover the one at hand, the longest last, with all that their rows have from those before.
    var covering: [(prefix: PrefixBits, rules: Rules)] = []
    for (prefix, own) in rules.sorted(by: { $0.key < $1.key }) {
      while let last = covering.last, !last.prefix.covers(prefix) { covering.removeLast() }
      var all = own
      if let parent = covering.last?.rules {
        all.included.formUnion(parent.included)
        all.excluded.formUnion(parent.excluded)
      }
      covering.append((prefix, all))
      var row = uncovered
      row.formUnion(all.included)
      row.subtract(all.excluded)
      places.append((prefix, rows.place(row)))
    }
  }

  /// Bits that ask for a prefix, and those that ask for none like it.
  private struct Rules {
    var included: Row
    var excluded: Row
  }

  private static func rules(_ bits: [(position: Int, peer: PeerCondition)], empty: Row) -> [PrefixBits: Rules] {
    var rules: [PrefixBits: Rules] = [:]
    let none = Rules(included: empty, excluded: empty)
    for bit in bits {
      for prefix in bit.peer.prefixes ?? [] { rules[prefix, default: none].included.set(bit.position) }
      for prefix in bit.peer.notPrefixes { rules[prefix, default: none].excluded.set(bit.position) }
    }
    return rules
  }
}
