import Policy

/// What the lowest set bit of a word decides: for each word 64 entries, in the order of the bits' hashes, so that the bit's number need not be
/// known. Bit i's hash is the highest six bits of 2^i times a de Bruijn sequence (Leiserson, Prokop & Randall, 1998).
struct ActionTable: Sendable {
  /// Any sequence of 64 bits in which every run of six bits occurs once.
  static let sequence: UInt64 = 0x03f7_9d71_b4cb_0a89

  static func hash(ofBit bit: Int) -> Int { Int((sequence &<< UInt64(bit)) >> 58) }

  /// The rule's number, and above it what it does. Nothing decided reads as a deny.
  private(set) var entries: [UInt32]

  init(_ layout: BitLayout) {
    entries = [UInt32](repeating: 0, count: layout.wordCount * BitLayout.bitsPerWord)
    for bit in layout.bits {
      let word = bit.position / BitLayout.bitsPerWord
      let hash = ActionTable.hash(ofBit: bit.position % BitLayout.bitsPerWord)
      entries[word * BitLayout.bitsPerWord + hash] =
        UInt32(bit.conjunction.rule) | UInt32(ActionTable.code(bit.conjunction.action)) << ActionTable.ruleBits
    }
  }

  /// Logs are taken out of a word before its entry is looked up.
  static func code(_ action: RuleAction) -> Int32 {
    switch action {
    case .deny, .log: deny
    case .allow: allow
    case .pass: pass
    }
  }

  static let deny: Int32 = 0
  static let allow: Int32 = 1
  static let pass: Int32 = 2
  /// Bits of an entry that are the rule's number.
  static let ruleBits: Int32 = 24
  static let ruleMask: Int32 = 1 << ruleBits - 1
}
