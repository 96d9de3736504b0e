import Testing

@testable import BPFCompiler

@Suite struct MetadataTests {
  @Test func aNodeIsReadChangedAndPrinted() throws {
    var node = try #require(MetadataNode(parsing: #"distinct !DISubprogram(name: "a, b", line: 7, scope: !3)"#))
    #expect(node.isDistinct)
    #expect(node.string("name") == "a, b")
    #expect(node.number("line") == 7)
    #expect(node.reference("scope") == 3)
    node["line"] = "8"
    node["scope"] = nil
    node["type"] = "!1"
    #expect(node.text == #"distinct !DISubprogram(name: "a, b", line: 8, type: !1)"#)
  }

  @Test func onlyWhatIsReachedStays() {
    var table = MetadataTable()
    for line in ["!0 = !{!1}", "!1 = !{}", "!2 = !{!0}", "!keep = !{!3}", "!3 = !{}"] { table.read(line) }
    table.keepReachable(from: ["  ret void, !dbg !0"])
    #expect(table.nodes.keys.sorted() == [0, 1, 3])
  }

  @Test func aLocationKnowsItsFileThroughItsScopes() throws {
    var table = MetadataTable()
    for line in [
      "!1 = !DILocation(line: 4, column: 2, scope: !2)", "!2 = !DILexicalBlock(scope: !3)",
      "!3 = !DISubprogram(file: !4)", #"!4 = !DIFile(filename: "A.swift", directory: "")"#,
    ] { table.read(line) }
    #expect(table.location(1)?.file == "A.swift")
    #expect(table.location(1)?.line == 4)
    #expect(table.location(2) == nil)
  }
}
