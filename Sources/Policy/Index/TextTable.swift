/// Gives each text a number while it is in use, so that equal text is kept once and compared as a number.
struct TextTable {
  private var numbers: [ExactText: UInt32] = [:]
  private var entries: [(text: ExactText, uses: Int)] = []
  private var free: [UInt32] = []

  /// How many texts are in use.
  var count: Int { numbers.count }

  subscript(number: UInt32) -> ExactText { entries[Int(number)].text }

  /// The text's number, for one more user.
  mutating func retain(_ text: ExactText) -> UInt32 {
    if let number = numbers[text] {
      entries[Int(number)].uses += 1
      return number
    }
    let number = free.popLast() ?? UInt32(entries.count)
    if Int(number) == entries.count { entries.append((text, 1)) } else { entries[Int(number)] = (text, 1) }
    numbers[text] = number
    return number
  }

  /// For one user less; after the last, the number is free.
  mutating func release(_ number: UInt32) {
    entries[Int(number)].uses -= 1
    guard entries[Int(number)].uses == 0 else { return }
    numbers[entries[Int(number)].text] = nil
    entries[Int(number)].text = ExactText("")
    free.append(number)
  }

  /// nil where nobody uses the text.
  func number(of text: ExactText) -> UInt32? { numbers[text] }
}
