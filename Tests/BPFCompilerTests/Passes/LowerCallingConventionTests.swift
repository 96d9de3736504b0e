import Testing

@testable import BPFCompiler

@Suite struct LowerCallingConventionTests {
  @Test func aWideResultIsWrittenThroughAPointer() throws {
    let module = try PassRun.run(
      LowerCallingConvention(),
      """
      define i32 @program(ptr %0) section "tc" {
        %2 = call { i64, i64 } @pair(i64 1), !dbg !5
        ret i32 0
      }
      define { i64, i64 } @pair(i64 %0) {
        %2 = insertvalue { i64, i64 } zeroinitializer, i64 %0, 0
        ret { i64, i64 } %2, !dbg !6
      }
      """
    ).module
    #expect(
      module.functions[0].lines == [
        "  %bpf.slot.1 = alloca { i64, i64 }, align 8",
        "  call void @llvm.lifetime.start.p0(i64 -1, ptr %bpf.slot.1)",
        "  call void @pair(ptr %bpf.slot.1, i64 1), !dbg !5",
        "  %v2 = load { i64, i64 }, ptr %bpf.slot.1, align 8, !dbg !5",
        "  call void @llvm.lifetime.end.p0(i64 -1, ptr %bpf.slot.1)",
        "  ret i32 0",
      ])
    #expect(module.functions[1].signature.text == "void @pair(ptr %bpf.result, i64 %v0)")
    #expect(
      module.functions[1].lines == [
        "  %v2 = insertvalue { i64, i64 } zeroinitializer, i64 %v0, 0",
        "  store { i64, i64 } %v2, ptr %bpf.result, align 8, !dbg !6",
        "  ret void, !dbg !6",
      ])
  }

  @Test func argumentsPastTheFifthGoThroughTheStack() throws {
    let module = try PassRun.run(
      LowerCallingConvention(),
      """
      define i32 @program(ptr %0) section "tc" {
        %2 = call i64 @sum(i64 1, i64 2, i64 3, i64 4, i64 5, i32 6)
        ret i32 0
      }
      define i64 @sum(i64 %0, i64 %1, i64 %2, i64 %3, i64 %4, i32 %5) {
        ret i64 %4
      }
      """
    ).module
    #expect(module.functions[0].lines.contains("  store i32 6, ptr %bpf.spill.1.1, align 8"))
    #expect(
      module.functions[0].lines.contains(
        "  %v2 = call i64 @sum(i64 1, i64 2, i64 3, i64 4, ptr %bpf.spill.1)"))
    #expect(
      module.functions[1].signature.text == "i64 @sum(i64 %v0, i64 %v1, i64 %v2, i64 %v3, ptr %bpf.arguments)")
    #expect(module.functions[1].lines.contains("  %v4 = load i64, ptr %bpf.argument.0, align 8"))
  }

  @Test func fiveArgumentsStayInRegisters() throws {
    let text = """
      define void @f(i64 %0, i64 %1, i64 %2, i64 %3, i64 %4) {
        ret void
      }
      """
    #expect(try PassRun.run(LowerCallingConvention(), text).module.functions[0].signature.values.count == 5)
  }

  @Test func aProgramTakesTheContextAlone() throws {
    let text = """
      define { i64, i64 } @wide(ptr %0) section "tc" {
        ret { i64, i64 } zeroinitializer
      }
      """
    let said = try PassRun.run(LowerCallingConvention(), text).diagnostics
    #expect(
      said.map(\.message) == ["program wide must take the context alone and return a number: the kernel calls it"])
  }
}
