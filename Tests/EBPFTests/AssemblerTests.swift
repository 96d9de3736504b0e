import Testing

@testable import EBPF

@Suite("Assembler")
struct AssemblerTests {
  @Test("Instructions have the bytes of RFC 9669")
  func bytes() throws {
    var code = Assembler()
    code.move(.r0, 1)
    code.arithmetic(.add, .r1, .r2, .bits32)
    code.load(.half, .r3, .r1, 12)
    code.store(.double, .r10, -8, .r3)
    code.loadConstant(.r4, 0x1122_3344_aabb_ccdd)
    code.jump(.notEqual, .r3, 8, .bits32, to: "end")
    code.call(.mapLookUp)
    code.label("end")
    code.exit()
    #expect(
      try code.assemble().map(\.bytes) == [
        [0xb7, 0x00, 0, 0, 1, 0, 0, 0],
        [0x0c, 0x21, 0, 0, 0, 0, 0, 0],
        [0x69, 0x13, 12, 0, 0, 0, 0, 0],
        [0x7b, 0x3a, 0xf8, 0xff, 0, 0, 0, 0],
        [0x18, 0x04, 0, 0, 0xdd, 0xcc, 0xbb, 0xaa],
        [0x00, 0x00, 0, 0, 0x44, 0x33, 0x22, 0x11],
        [0x56, 0x03, 1, 0, 8, 0, 0, 0],
        [0x85, 0x00, 0, 0, 1, 0, 0, 0],
        [0x95, 0x00, 0, 0, 0, 0, 0, 0],
      ])
  }

  @Test("An instruction survives its bytes")
  func roundTrip() {
    let instruction = Instruction(
      opcode: 0x7b, destination: .r10, source: .r9, offset: -512, immediate: .min)
    #expect(Instruction(instruction.bytes) == instruction)
    #expect(Instruction([1, 2, 3]) == nil)
    #expect(Instruction(instruction.bytes, at: 1) == nil)
  }

  @Test("Labels that are missing, doubled or too far")
  func labels() {
    var missing = Assembler()
    missing.jump(to: "nowhere")
    #expect(throws: AssemblyError("no label nowhere")) { _ = try missing.assemble() }
    var doubled = Assembler()
    doubled.label("here")
    doubled.label("here")
    #expect(throws: AssemblyError("label here is defined twice")) { _ = try doubled.assemble() }
    var far = Assembler()
    far.jump(to: "end")
    for _ in 0..<40_000 { far.move(.r0, 0) }
    far.label("end")
    #expect(throws: AssemblyError("label end is 40000 instructions away, a jump reaches 32,767")) {
      _ = try far.assemble()
    }
  }

  @Test("References name maps, data and kernel functions")
  func references() throws {
    var code = Assembler()
    code.loadMap(.r1, "m")
    code.loadData(.r2, section: ".rodata", offset: 4)
    code.call(kernelFunction: "f")
    #expect(
      try code.program("p", type: .xdp).references == [
        Reference(instruction: 0, target: .map("m")), Reference(instruction: 2, target: .data(".rodata")),
        Reference(instruction: 4, target: .kernelFunction("f")),
      ])
  }
}
