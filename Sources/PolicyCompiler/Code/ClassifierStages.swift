import DataplaneABI
import EBPF
import Policy

extension ClassifierCode {
  mutating func writeStages() {
    for (index, stage) in tables.layout.stages.enumerated() {
      if let constant = stage.constant { write(constant) } else { write(stage, index) }
    }
    if part.afterLastStage != nil {
      tailCall(slotAt: ProgramData.afterLastStageSlot)
    } else if tables.layout.stages.last?.constant == nil {
      code.jump(to: "broken")
    }
    guard part.continuation != nil else { return }
    code.label("continue")
    tailCall(slotAt: ProgramData.continuationSlot)
  }

  /// A stage that does the same with every packet.
  private mutating func write(_ constant: Conjunction) {
    code.move(.r8, Int32(constant.rule))
    count(.r8)
    switch constant.action {
    case .allow:
      allows = true
      code.jump(to: "allow")
    case .deny, .log: code.jump(to: "deny")
    case .pass: break
    }
  }

  private mutating func write(_ stage: BitLayout.Stage, _ index: Int) {
    let decided = "decided \(index)"
    for word in stage.words {
      let isLast = word + 1 == stage.words.upperBound
      code.label("word \(word)")
      code.load(.double, .r1, .r10, slot(word))
      let logs = logs(word)
      if !logs.isEmpty { takeOut(logs, word) }
      code.jump(.equal, .r1, 0, to: isLast ? afterWords : "word \(word + 1)")
      lookUpEntry(word)
      if !isLast { code.jump(to: decided) }
    }
    code.label(decided)
    code.move(.r8, .r9)
    code.arithmetic(.and, .r8, ActionTable.ruleMask)
    count(.r8)
    code.arithmetic(.shiftRight, .r9, ActionTable.ruleBits)
    allows = true
    code.jump(.equal, .r9, ActionTable.allow, to: "allow")
    code.jump(.notEqual, .r9, ActionTable.pass, to: "deny")
  }

  /// Where a stage has no bit left: a whole stage always has one.
  private var afterWords: String { part.continuation == nil ? "broken" : "continue" }

  /// `r9` is what the lowest bit of `r1` decides.
  private mutating func lookUpEntry(_ word: Int) {
    code.move(.r2, .r1)
    code.arithmetic(.negate, .r2, 0)
    code.arithmetic(.and, .r1, .r2)
    code.loadConstant(.r2, ActionTable.sequence)
    code.arithmetic(.multiply, .r1, .r2)
    code.arithmetic(.shiftRight, .r1, 58)
    code.arithmetic(.shiftLeft, .r1, 2)
    loadData(.r2, tables.data.actions + Int32(word * BitLayout.bitsPerWord * 4))
    code.arithmetic(.add, .r2, .r1)
    code.load(.word, .r9, .r2, 0)
  }

  /// Counts a packet for the rule whose number the register has. `r0` to `r5` are lost.
  private mutating func count(_ rule: Register) {
    code.store(.word, .r10, number, rule)
    countNumber()
  }

  /// The same for the rule whose number is at `number`.
  private mutating func countNumber() {
    lookUp(PolicyMapName.counters, number)
    code.jump(.equal, .r0, 0, to: "broken")
    code.load(.double, .r1, .r0, 0)
    code.arithmetic(.add, .r1, 1)
    code.store(.double, .r0, 0, .r1)
  }

  // MARK: Logs

  /// The bits of a word that are Log rules, by rule.
  private func logs(_ word: Int) -> [(rule: Int, bits: UInt64)] {
    var logs: [(rule: Int, bits: UInt64)] = []
    for bit in tables.layout.bits where bit.position / BitLayout.bitsPerWord == word {
      guard bit.conjunction.action == .log else { continue }
      let mask: UInt64 = 1 << UInt64(bit.position % BitLayout.bitsPerWord)
      if logs.last?.rule == bit.conjunction.rule {
        logs[logs.count - 1].bits |= mask
      } else {
        logs.append((bit.conjunction.rule, mask))
      }
    }
    return logs
  }

  /// Takes the bits of Log rules out of the word in `r1`, and notes those before the first bit that decides.
  private mutating func takeOut(_ logs: [(rule: Int, bits: UInt64)], _ word: Int) {
    let mask = logs.reduce(0) { $0 | $1.bits }
    code.move(.r9, .r1)
    code.loadConstant(.r2, ~mask)
    code.arithmetic(.and, .r9, .r2)
    // All bits before the lowest one of r9; all there are where it has none.
    code.move(.r2, .r9)
    code.arithmetic(.negate, .r2, 0)
    code.arithmetic(.and, .r2, .r9)
    code.arithmetic(.subtract, .r2, 1)
    code.move(.r8, .r1)
    code.arithmetic(.and, .r8, .r2)
    code.loadConstant(.r2, mask)
    code.arithmetic(.and, .r8, .r2)
    code.jump(.equal, .r8, 0, to: "logged \(word)")
    code.load(.word, .r1, .r7, QuestionField.flags)
    code.arithmetic(.or, .r1, Int32(bitPattern: PolicyQuestionFlags.logged.rawValue))
    code.store(.word, .r7, QuestionField.flags, .r1)
    for log in logs {
      let label = "log \(word) \(log.rule)"
      code.loadConstant(.r1, log.bits)
      code.arithmetic(.and, .r1, .r8)
      code.jump(.equal, .r1, 0, to: label)
      code.store(.word, .r10, number, Int32(log.rule))
      countNumber()
      code.label(label)
    }
    code.label("logged \(word)")
    code.move(.r1, .r9)
  }
}
