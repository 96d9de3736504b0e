/// Remembers which sentences were said, so that each is said once while it holds, and once when it no longer does.
struct SentenceLog {
  private(set) var current: Set<String> = []

  /// Takes in what holds now. Returns what is new and what is over, each sorted.
  mutating func update(_ sentences: Set<String>) -> (new: [String], over: [String]) {
    defer { current = sentences }
    return (sentences.subtracting(current).sorted(), current.subtracting(sentences).sorted())
  }
}
