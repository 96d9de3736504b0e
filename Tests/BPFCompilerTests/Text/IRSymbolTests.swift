import Testing

@testable import BPFCompiler

@Suite struct IRSymbolTests {
  @Test func plainAndQuotedNamesAreFound() {
    var names: [String] = []
    IRSymbol.forEach(in: #"store ptr @map, ptr @"$e4mapsvp", align 8 ; a@b"#) { names.append($0) }
    #expect(names == ["map", "$e4mapsvp", "b"])
  }

  @Test func renamingQuotesOnlyWhatMustBe() {
    let text = #"call void @"$e1fyyF"(ptr @g)"#
    #expect(IRSymbol.renaming(in: text) { $0 == "g" ? "$odd" : "f" } == #"call void @f(ptr @"$odd")"#)
  }

  @Test func textWithoutSymbolsStays() { #expect(IRSymbol.renaming(in: "ret i32 0") { _ in "x" } == "ret i32 0") }
}
