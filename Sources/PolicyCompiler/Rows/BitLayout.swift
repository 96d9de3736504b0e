/// Which bit of a program's rows is which conjunction. Each stage begins with a new word; stages that do the same with every packet
/// have none.
struct BitLayout: Sendable {
  static let bitsPerWord = 64

  struct Stage: Sendable {
    /// What a stage does that does the same with every packet.
    let constant: Conjunction?
    let words: Range<Int>
  }

  struct Bit: Sendable {
    /// 64 · word + bit of the word.
    let position: Int
    let conjunction: Conjunction
  }

  private(set) var stages: [Stage] = []
  /// In the order in which they decide.
  private(set) var bits: [Bit] = []
  private(set) var wordCount = 0

  init(_ stages: [ClassifierStage]) {
    for stage in stages {
      let start = wordCount
      if stage.constant == nil {
        for (position, conjunction) in zip(BitLayout.positions(stage.conjunctions), stage.conjunctions) {
          bits.append(Bit(position: start * BitLayout.bitsPerWord + position, conjunction: conjunction))
        }
        wordCount += stage.wordCount
      }
      self.stages.append(Stage(constant: stage.constant, words: start..<wordCount))
    }
  }

  /// The row in which every bit is set.
  var full: Row { Row(words: wordCount, setting: bits.map(\.position)) }

  /// Bits of one stage's conjunctions, from 0 up. Those of one rule are in one word.
  static func positions(_ conjunctions: [Conjunction]) -> [Int] {
    var positions: [Int] = []
    var next = 0
    var start = 0
    while start < conjunctions.count {
      var end = start + 1
      while end < conjunctions.count, conjunctions[end].rule == conjunctions[start].rule { end += 1 }
      let left = bitsPerWord - next % bitsPerWord
      if end - start > left { next += left }
      positions += next..<(next + end - start)
      next += end - start
      start = end
    }
    return positions
  }
}
