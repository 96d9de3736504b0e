/// The rows that a program's data has, each once, one after the other.
struct RowTable: Sendable {
  let wordsPerRow: Int
  private(set) var words: [UInt64] = []
  private var places: [Row: UInt32] = [:]

  init(wordsPerRow: Int) { self.wordsPerRow = wordsPerRow }

  /// Where the row begins, in words from the table's start.
  mutating func place(_ row: Row) -> UInt32 {
    if let place = places[row] { return place }
    let place = UInt32(words.count)
    places[row] = place
    words += row.words
    return place
  }

  /// Where the last row begins.
  var last: Int { max(0, words.count - wordsPerRow) }
}
