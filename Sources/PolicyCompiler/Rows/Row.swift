/// One bit for each conjunction of a program: whether its condition in one dimension holds.
struct Row: Hashable, Sendable {
  private(set) var words: [UInt64]

  init(words count: Int, setting positions: [Int] = []) {
    words = [UInt64](repeating: 0, count: count)
    for position in positions { set(position) }
  }

  mutating func set(_ position: Int) { words[position / 64] |= 1 << UInt64(position % 64) }
  mutating func clear(_ position: Int) { words[position / 64] &= ~(1 << UInt64(position % 64)) }

  func contains(_ position: Int) -> Bool { words[position / 64] >> UInt64(position % 64) & 1 == 1 }

  mutating func formUnion(_ other: Row) { for index in words.indices { words[index] |= other.words[index] } }
  mutating func subtract(_ other: Row) { for index in words.indices { words[index] &= ~other.words[index] } }
}

/// Words in which one of these bits is, in order.
func wordsOf(_ positions: some Sequence<Int>) -> [Int] { Set(positions.map { $0 / BitLayout.bitsPerWord }).sorted() }
