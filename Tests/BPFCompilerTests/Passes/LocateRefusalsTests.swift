import Testing

@testable import BPFCompiler

@Suite struct LocateRefusalsTests {
  static let text = """
    define void @f() !dbg !4 {
      call void @llvm.trap() #1, !dbg !1
      call void @swift_release(ptr null) #1, !dbg !7
      ret void
    }
    !1 = !DILocation(line: 0, scope: !2, inlinedAt: !3)
    !2 = !DISubprogram(name: "Swift runtime failure: arithmetic overflow", file: !6)
    !3 = !DILocation(line: 12, column: 5, scope: !4)
    !4 = !DISubprogram(name: "f", file: !5, line: 10)
    !5 = !DIFile(filename: "A.swift", directory: "")
    !6 = !DIFile(filename: "<compiler-generated>", directory: "")
    !7 = !DILocation(line: 0, scope: !4)
    """

  @Test func aTrapGetsTheLineThatAPersonWrote() throws {
    let module = try PassRun.run(LocateRefusals(), Self.text).module
    #expect(module.functions[0].lines[0] == "  call void @llvm.trap() nomerge, !dbg !3")
  }

  @Test func itsReasonIsRemembered() throws {
    let module = try PassRun.run(LocateRefusals(), Self.text).module
    let place = BPFCompiler.SourceLocation(file: "A.swift", line: 12, column: 5)
    #expect(module.trapReasons == [place: "arithmetic overflow"])
  }

  @Test func aCallWithoutALineGetsItsFunctions() throws {
    let module = try PassRun.run(LocateRefusals(), Self.text).module
    #expect(module.functions[0].lines[1] == "  call void @swift_release(ptr null), !dbg !8")
    #expect(module.metadata.location(8) == BPFCompiler.SourceLocation(file: "A.swift", line: 10, column: 1))
  }
}
