import Testing

@testable import BPFCompiler

@Suite struct TokensTests {
  @Test func commasInsideBracketsAndQuotesDoNotSeparate() {
    let text = #"ptr @"a,b", { i32, i32 } { i32 1, i32 2 }, <{ i8, i8 }> %x"#
    #expect(Tokens.commaSeparated(text) == [#"ptr @"a,b""#, "{ i32, i32 } { i32 1, i32 2 }", "<{ i8, i8 }> %x"])
  }

  @Test func nothingIsNoArguments() {
    #expect(Tokens.commaSeparated("") == [])
    #expect(Tokens.commaSeparated("  ") == [])
  }

  @Test func spacesInsideBracketsDoNotSeparate() {
    #expect(Tokens.spaceSeparated("  ptr captures(ret: address) %0 ") == ["ptr", "captures(ret: address)", "%0"])
  }

  @Test func theClosingBracketIsTheOneOfTheSameDepth() throws {
    let text = "(a (b) [c)"
    #expect(Tokens.closing(text.startIndex, in: text) == nil)
    let nested = "(a (b) c) d"
    let close = try #require(Tokens.closing(nested.startIndex, in: nested))
    #expect(nested[..<close] == "(a (b) c")
  }
}
