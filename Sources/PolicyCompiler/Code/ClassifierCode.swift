import DataplaneABI
import EBPF
import Policy

/// Writes a program: looks up each dimension's row, keeps what they have in common on the stack, and does what the first set bit
/// of each stage says.
///
/// `r6` is the packet, `r7` the question, `r8` the number of the rule that decided, `r9` what has to outlive a call.
struct ClassifierCode {
  let tables: ClassifierTables
  let part: PolicyPart
  var code = Assembler()
  /// Words on the stack that have a value already.
  var begun: Set<Int> = []
  /// Whether anything is allowed: the verifier refuses code that nothing leads to.
  var allows = false
  /// What is seldom needed comes after the rest.
  var detours: [Detour] = []

  /// A dimension's standard row, where the address has no other.
  struct Detour {
    let label: String
    let place: UInt32
    let back: String
  }

  static func write(
    _ tables: ClassifierTables, _ part: PolicyPart, name: String
  ) throws(AssemblyError) -> ProgramSpec {
    var writer = ClassifierCode(tables: tables, part: part)
    writer.writeStart()
    writer.writeDimensions()
    writer.writeStages()
    writer.writeEnds()
    return try writer.code.program(name, type: .schedulerClassifier)
  }

  /// Where a word of the row is on the stack.
  func slot(_ word: Int) -> Int16 { Int16(-8 * (word + 1)) }
  /// Where keys of maps are made up: 24 bytes below the row.
  var key: Int16 { Int16(-8 * tables.layout.wordCount - 24) }
  /// A key of four bytes, which leaves the one at `key` as it is.
  var number: Int16 { key - 8 }

  private mutating func writeStart() {
    code.move(.r6, .r1)
    code.store(.word, .r10, number, 0)
    lookUp(MapName.policyQuestion, number)
    code.jump(.equal, .r0, 0, to: "shot")
    code.move(.r7, .r0)
  }

  /// `r0` is the element of the key at that place of the stack, or 0. `r1` to `r5` are lost.
  mutating func lookUp(_ map: String, _ key: Int16) {
    code.move(.r2, .r10)
    code.arithmetic(.add, .r2, Int32(key))
    code.loadMap(.r1, map)
    code.call(.mapLookUp)
  }

  mutating func loadData(_ register: Register, _ offset: Int32) {
    code.loadData(register, section: PolicyMapName.data, offset: offset)
  }
}
