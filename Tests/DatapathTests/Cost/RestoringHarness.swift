import EBPF
import Testing

/// Runs a program again and again on what looks like a new packet each time: a few instructions put the headers back as they
/// were, and jump into the program by a tail call. The kernel tells how long a run took, with these instructions.
final class RestoringHarness: Sendable {
  static let repeats: UInt32 = 1000

  private let input: TestRunInput
  private let object: LoadedObject
  private let verdict: Int32

  /// - Parameters:
  ///   - frame: its first 80 bytes are put back.
  ///   - freshPortAt: offset of a port that is another one in each run; nil for none.
  ///   - verdict: what each run must return.
  init(_ frame: [UInt8], freshPortAt port: Int16?, _ program: borrowing LoadedProgram, verdict: Int32) throws {
    let programs = MapSpec(name: "programs", type: .programArray, key: UInt32.self, value: UInt32.self, maxEntries: 1)
    let spec = ObjectSpec(
      name: "restore", maps: [programs],
      programs: [try Self.code(frame, freshPortAt: port).program("restore", type: .schedulerClassifier)],
      data: [DataSection(name: ".data", bytes: [UInt8](repeating: 0, count: 8))])
    object = try spec.load()
    let map = try object.maps.map("programs")
    try map.setProgram(at: 0, program)
    input = TestRunInput(data: frame, repeatCount: Self.repeats)
    self.verdict = verdict
  }

  /// Nanoseconds of one packet: the mean of so many.
  func run() throws -> UInt32 {
    let result = try object.program("restore").run(input)
    #expect(result.verdict == verdict)
    return result.nanoseconds
  }

  private static func code(_ frame: [UInt8], freshPortAt port: Int16?) -> Assembler {
    // struct __sk_buff: mark, data, data_end.
    let (mark, data, end): (Int16, Int16, Int16) = (8, 76, 80)
    var code = Assembler()
    code.restore(Array(frame.prefix(80)), freshPortAt: port, data: data, end: end)
    code.store(.word, .r6, mark, 0)
    code.move(.r1, .r6)
    code.loadMap(.r2, "programs")
    code.move(.r3, 0)
    code.call(.tailCall)
    code.label("out")
    code.move(.r0, 99)
    code.exit()
    return code
  }
}
