/// A dimension of numbers: the row of a number is that of the last key that is not greater.
struct IntervalRows: Sendable {
  /// Sorted; the first is 0, and the last ones are more than any number, up to a power of two.
  let keys: [UInt32]
  /// The place of each key's row.
  let places: [UInt32]
  /// Words in which rows differ.
  let words: [Int]

  /// nil where no bit has a condition.
  init?(_ layout: BitLayout, _ rows: inout RowTable, condition: (Conjunction) -> TransportSet) {
    let bits = layout.bits.map { (position: $0.position, set: condition($0.conjunction)) }.filter { !$0.set.isAll }
    if bits.isEmpty { return nil }
    words = wordsOf(bits.map(\.position))
    var row = layout.full
    for bit in bits { row.clear(bit.position) }
    let changes = IntervalRows.changes(bits)
    var keys: [UInt32] = []
    var places: [UInt32] = []
    if changes.first?.number != 0 {
      keys.append(0)
      places.append(rows.place(row))
    }
    for (index, change) in changes.enumerated() {
      if change.begins { row.set(change.position) } else { row.clear(change.position) }
      if index + 1 < changes.count, changes[index + 1].number == change.number { continue }
      keys.append(change.number)
      places.append(rows.place(row))
    }
    var size = 1
    while size < keys.count { size *= 2 }
    self.keys = keys + [UInt32](repeating: .max, count: size - keys.count)
    self.places = places + [UInt32](repeating: places[0], count: size - places.count)
  }

  private struct Change {
    let number: UInt32
    let position: Int
    let begins: Bool
  }

  private static func changes(_ bits: [(position: Int, set: TransportSet)]) -> [Change] {
    var changes: [Change] = []
    for bit in bits {
      for range in bit.set.ranges {
        changes.append(Change(number: range.lowerBound, position: bit.position, begins: true))
        guard range.upperBound < TransportSet.largest else { continue }
        changes.append(Change(number: range.upperBound + 1, position: bit.position, begins: false))
      }
    }
    return changes.sorted { $0.number < $1.number }
  }
}
