import Testing

@testable import EBPF

@Suite("Programs", .enabled(if: Privileges.isRoot, "needs root"))
struct ProgramTests {
  private static let packet = [UInt8](repeating: 0, count: 60)

  @Test("A program runs on a packet and gives verdict, bytes and context back")
  func run() throws {
    var code = Assembler()
    code.move(.r6, .r1)
    code.move(.r2, 0)
    code.store(.half, .r10, -8, 0x1234)
    code.move(.r3, .r10)
    code.arithmetic(.add, .r3, -8)
    code.move(.r4, 2)
    code.move(.r5, 0)
    code.call(.storeBytes)
    code.load(.word, .r2, .r6, 8)
    code.arithmetic(.add, .r2, 1)
    code.store(.word, .r6, 8, .r2)
    code.move(.r0, 2)
    code.exit()
    let program = try code.program("writes", type: .schedulerClassifier).load()
    let result = try program.run(
      TestRunInput(data: Self.packet, context: SocketBufferContext(mark: 41), repeatCount: 1))
    #expect(result.verdict == 2)
    #expect(result.data.prefix(3) == [0x34, 0x12, 0])
    #expect(result.data.count == 60)
    #expect(SocketBufferContext(bytes: result.context)?.mark == 42)
    let info = try program.info()
    #expect(info.name == "writes" && info.type == .schedulerClassifier && info.verifiedInstructions > 0)
    #expect(try program.translatedInstructions().last?.opcode == Opcode.exit)
  }

  @Test("A program that the verifier refuses: a short reason, the whole log beside it")
  func refused() throws {
    var code = Assembler()
    code.move(.r0, .r5)
    code.exit()
    let spec = try code.program("broken", type: .schedulerClassifier)
    let error = try #require(throws: KernelError.self) { _ = try spec.load() }
    #expect(error.description.contains("load object broken: program broken: "))
    #expect(error.description.contains("R5 !read_ok"))
    #expect(error.log.text.contains("processed 1 insns"))
    #expect(!error.description.contains("processed"))
  }

  @Test("A log larger than the first buffer comes whole")
  func longLog() throws {
    var code = Assembler()
    for value in 0..<4000 { code.move(.r1, Int32(value)) }
    code.move(.r0, .r5)
    code.exit()
    let spec = try code.program("long", type: .schedulerClassifier)
    let error = try #require(throws: KernelError.self) { _ = try spec.load() }
    #expect(error.log.text.utf8.count > 1 << 16)
    #expect(error.log.text.contains("0: (b7) r1 = 0"))
    #expect(error.log.summary.hasSuffix("R5 !read_ok"))
    #expect(error.description.utf8.count < 400)
  }

  @Test("A packet that is no frame says so")
  func noFrame() throws {
    let program = try CountingProgram().program.share()
    let error = #expect(throws: KernelError.self) { _ = try program.run([1, 2, 3]) }
    #expect(error?.description.contains("3 bytes are less than an Ethernet header") == true)
  }
}
