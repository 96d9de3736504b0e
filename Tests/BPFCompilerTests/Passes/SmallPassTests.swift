import Testing

@testable import BPFCompiler

@Suite struct SmallPassTests {
  /// A function of these lines.
  private func function(_ lines: String...) -> String {
    "define void @f() #0 {\n" + lines.map { "  \($0)\n" }.joined() + "}\nattributes #0 = { noinline }\n"
  }

  @Test func atomicLoadsBecomeVolatileAndUpdatesStay() throws {
    let text = function(
      "%1 = load atomic i64, ptr %0 monotonic, align 8", "store atomic i64 1, ptr %0 seq_cst, align 8",
      "%2 = atomicrmw add ptr %0, i64 1 monotonic, align 8")
    #expect(
      try PassRun.lines(PlainAtomics(), text) == [
        "  %1 = load volatile i64, ptr %0, align 8", "  store volatile i64 1, ptr %0, align 8",
        "  %2 = atomicrmw add ptr %0, i64 1 monotonic, align 8",
      ])
  }

  @Test func undefinedValuesBecomeZero() throws {
    let text = function("%1 = insertvalue { i64, i1 } undef, i64 poison, 0")
    #expect(
      try PassRun.lines(DefineUndefined(), text) == [
        "  %1 = insertvalue { i64, i1 } zeroinitializer, i64 zeroinitializer, 0"
      ])
  }

  @Test func debugRecordsGo() throws {
    #expect(
      try PassRun.lines(DropDebugRecords(), function("  #dbg_value(i64 %0, !1, !2)", "ret void")) == ["  ret void"])
  }

  @Test func anotherTargetsAttributesGo() throws {
    let text = """
      target triple = "riscv64-none-none-eabi"
      define void @f() #0 {
        %1 = tail call swiftcc noundef signext i32 @g(ptr noundef nonnull swiftself %0) #0
        ret void
      }
      attributes #0 = { noinline optsize "target-cpu"="generic-rv64" "x"="a b" }
      attributes #1 = { "only"="strings" }
      """
    let module = try PassRun.run(StripForeignAttributes(), text).module
    #expect(module.head == ["target triple = \"bpfel\""])
    #expect(module.functions[0].lines[0] == "  %1 = call i32 @g(ptr %0) #0")
    #expect(module.attributeGroups == [0: "noinline", 1: "nounwind"])
  }

  @Test func onlyWhatAsksForItStaysAFunction() throws {
    let text = function("ret void") + "define void @g() #1 {\n  ret void\n}\nattributes #1 = { nounwind }\n"
    let module = try PassRun.run(InlineFunctions(), text).module
    #expect(module.functions.map(\.isAlwaysInline) == [false, true])
  }

  @Test func filesAreNamedRelativeToThePackage() throws {
    let text = """
      !0 = !DIFile(filename: "/home/a/pkg/Sources/A.swift", directory: "/home/a/pkg")
      !1 = !DIFile(filename: "Sources/B.swift", directory: "/home/a/pkg")
      !2 = !DIFile(filename: "/usr/include/linux/bpf.h", directory: "/x")
      !3 = !DIFile(filename: "<compiler-generated>", directory: "/")
      """
    let table = try PassRun.run(RelativeFiles(root: "/home/a/pkg"), text).module.metadata
    #expect(
      (0...3).map { table.fileName($0) ?? "" } == [
        "Sources/A.swift", "Sources/B.swift", "/usr/include/linux/bpf.h", "<compiler-generated>",
      ])
  }

  @Test func aLicenceIsAddedWhereThereIsNone() throws {
    let added = try PassRun.run(AddLicense(), "").module.globals
    #expect(
      added.map(\.text) == ["@license_text = constant [13 x i8] c\"Dual MIT/GPL\\00\", section \"license\", align 1"])
    let own = "@mine = constant [4 x i8] c\"GPL\\00\", section \"license\", align 1"
    #expect(try PassRun.run(AddLicense(), own).module.globals.map(\.text) == [own])
  }

  @Test func symbolsGetPlainNamesThatAreUnique() throws {
    let text = """
      @"$e6kernel5countSivp" = global i64 0
      define void @count() section "tc" {
        store i64 1, ptr @"$e6kernel5countSivp"
        ret void
      }
      """
    let module = try PassRun.run(PlainNames(), text).module
    #expect(module.globals.map(\.name) == ["count_2"])
    #expect(module.functions[0].lines[0] == "  store i64 1, ptr @count_2")
  }
}
