import Testing

@testable import BPFCompiler

@Suite struct IRReaderTests {
  static let text = """
    ; ModuleID = 'x'
    source_filename = "x"
    target triple = "riscv64-none-none-eabi"

    @"$e1mvp" = protected global %T <{ i32 7 }>, section "data", align 4, !dbg !0
    @dead = alias void (), ptr @_swift_dead_method_stub
    $x = comdat any

    define i32 @program(ptr %0) #1 section "tc" !dbg !1 {
      ret i32 0

    7:
      unreachable
    }

    declare void @llvm.trap() #2
    attributes #1 = { noinline "target-cpu"="generic-rv64" }
    !llvm.dbg.cu = !{!2}
    !0 = !DIGlobalVariableExpression(var: !3, expr: !DIExpression())
    """

  @Test func everyPartIsFound() throws {
    let module = try IRReader.read(Self.text)
    #expect(module.globals.map(\.name) == ["$e1mvp"])
    #expect(module.globals[0].contents == "%T <{ i32 7 }>")
    #expect(module.globals[0].section == "data")
    #expect(module.globals[0].debug == 0)
    #expect(module.functions[0].isProgram)
    #expect(module.functions[0].section == "tc")
    #expect(module.functions[0].debug == 1)
    #expect(module.functions[0].lines == ["  ret i32 0", "7:", "  unreachable"])
    #expect(module.declarations.keys.sorted() == ["llvm.trap"])
    #expect(module.attributeGroups[1] == #"noinline "target-cpu"="generic-rv64""#)
    #expect(module.metadata.named.map(\.name) == ["!llvm.dbg.cu"])
  }

  @Test func whatIsPrintedIsReadAgain() throws {
    let once = try IRReader.read(Self.text).text
    #expect(try IRReader.read(once).text == once)
  }

  @Test func anUnknownFormOfGlobalIsAnError() {
    #expect(throws: CompilerError.self) { try IRReader.read("@x = ifunc void (), ptr @y") }
  }
}
