import DataplaneABI
import EBPF

extension ClassifierCode {
  /// What all stages come to.
  mutating func writeEnds() {
    for detour in detours {
      code.label(detour.label)
      loadData(.r0, tables.data.rows + Int32(detour.place) * 8)
      code.jump(to: detour.back)
    }
    // Something that has to be there is not: no rule decided, and nothing passes.
    code.label("broken")
    code.move(.r8, -1)
    code.label("deny")
    noteDecider()
    code.store(.word, .r7, QuestionField.isDenied, 1)
    goToEnd()
    if allows { writeAllow() }
    code.label("shot")
    code.move(.r0, ClassifierCode.shot)
    code.exit()
  }

  /// On to the next slot, with those after it moved up.
  private mutating func writeAllow() {
    code.label("allow")
    noteDecider()
    code.load(.word, .r3, .r7, QuestionField.next)
    code.load(.word, .r1, .r7, QuestionField.next2)
    code.store(.word, .r7, QuestionField.next, .r1)
    code.load(.word, .r1, .r7, QuestionField.next3)
    code.store(.word, .r7, QuestionField.next2, .r1)
    goOn()
    // The next policy is not there.
    code.store(.word, .r7, QuestionField.isDenied, 2)
    goToEnd()
  }

  /// Goes to what says what becomes of the packet.
  private mutating func goToEnd() {
    code.load(.word, .r3, .r7, QuestionField.next3)
    tailCall()
  }

  private mutating func noteDecider() {
    loadData(.r1, ProgramData.number)
    code.load(.word, .r1, .r1, 0)
    code.store(.word, .r7, QuestionField.program, .r1)
    code.store(.word, .r7, QuestionField.rule, .r8)
  }

  /// Goes on to the slot that the data has at `offset`.
  mutating func tailCall(slotAt offset: Int32) {
    loadData(.r3, offset)
    code.load(.word, .r3, .r3, 0)
    tailCall()
  }

  /// Goes on to the slot in `r3`; comes back where it is empty.
  private mutating func goOn() {
    code.move(.r1, .r6)
    code.loadMap(.r2, MapName.policyPrograms)
    code.call(.tailCall)
  }

  /// Goes on to the slot in `r3`; the packet is dropped where it is empty.
  private mutating func tailCall() {
    goOn()
    code.move(.r0, ClassifierCode.shot)
    code.exit()
  }

  /// TC_ACT_SHOT
  private static let shot: Int32 = 2
}
