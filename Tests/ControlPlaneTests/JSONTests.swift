import Testing

@testable import ControlPlane

@Suite("JSON documents")
struct JSONTests {
  @Test("a document is written with sorted keys, whatever order it was read in")
  func sortedKeys() throws {
    let value = try JSONParser.parse(#"{"b": [1, 2.5, -3e2], "a": {"z": null, "y": true}}"#.utf8)
    #expect(value.text == #"{"a":{"y":true,"z":null},"b":[1,2.5,-300]}"#)
  }

  @Test("strings keep escapes, surrogate pairs and plain UTF-8")
  func strings() throws {
    let value = try JSONParser.parse(#"["a\"\\\/\n\u0001", "\ud83d\ude80", "é"]"#.utf8)
    #expect(value.array?.map(\.string) == ["a\"\\/\n\u{1}", "🚀", "é"])
    #expect(try JSONParser.parse(value.encoded) == value)
  }

  @Test(
    "malformed text is refused with the place",
    arguments: [
      ("", 0), ("{", 1), ("{\"a\":1,}", 7), ("[1 2]", 3), ("nul", 0), ("1 2", 2), ("\"a\nb\"", 3), ("1.2.3", 0),
    ])
  func malformed(text: String, offset: Int) {
    let error = #expect(throws: JSONParser.SyntaxError.self) { try JSONParser.parse(text.utf8) }
    #expect(error?.offset == offset)
  }

  @Test("a document nested too deep is refused instead of exhausting the stack")
  func depth() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: JSONParser.SyntaxError.self) { try JSONParser.parse(text.utf8) }
  }

  @Test("fields that appear twice are named with their path")
  func duplicates() throws {
    let read = try JSONParser.parseReportingDuplicates(
      #"{"spec":{"ports":[{"port":1,"port":2}],"type":"a"},"spec":{}}"#.utf8)
    #expect(read.duplicateFields == ["spec.ports[0].port", "spec"])
  }

  @Test("YAML and JSON text of the same object are the same value")
  func yaml() throws {
    let yaml = "a: 1\nb: [x, 'true', true, ~, 1.5, '8']\nc:\n  d: |\n    two\n    lines\n"
    let json = #"{"a":1,"b":["x","true",true,null,1.5,"8"],"c":{"d":"two\nlines\n"}}"#
    let value = try JSONParser.parse(json.utf8)
    #expect(try YAMLBody.parse(yaml) == value)
    #expect(try YAMLBody.parse(try YAMLBody.text(value)) == value)
  }
}
