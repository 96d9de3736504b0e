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
    // struct __sk_buff: mark, data, data_end, cb[0].
    let (mark, data, end): (Int16, Int16, Int16) = (8, 76, 80)
    let length = min(frame.count, 80) & ~1
    var code = Assembler()
    code.move(.r6, .r1)
    code.load(.word, .r2, .r6, data)
    code.load(.word, .r3, .r6, end)
    code.move(.r4, .r2)
    code.arithmetic(.add, .r4, Int32(length))
    code.jump(.greater, .r4, .r3, to: "out")
    var offset = 0
    while offset + 8 <= length {
      let bytes = frame[offset..<offset + 8]
      code.loadConstant(.r5, bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
      code.store(.double, .r2, Int16(offset), .r5)
      offset += 8
    }
    while offset < length {
      code.store(.half, .r2, Int16(offset), Int32(frame[offset]) | Int32(frame[offset + 1]) << 8)
      offset += 2
    }
    if let port {
      code.loadData(.r7, section: ".data")
      code.load(.word, .r5, .r7, 0)
      code.arithmetic(.add, .r5, 1)
      code.store(.word, .r7, 0, .r5)
      code.arithmetic(.and, .r5, 0x7fff)
      code.arithmetic(.add, .r5, 20_000)
      code.swapToBigEndian(.r5, bits: 16)
      code.store(.half, .r2, port, .r5)
    }
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
