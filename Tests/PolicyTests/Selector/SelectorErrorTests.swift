import Policy
import Testing

@Suite("Text that is no selector")
struct SelectorErrorTests {
  @Test(
    "the sentence names the column and the reason",
    arguments: [
      (
        "a", 1,
        "column 2: expected ==, !=, in, not in, contains, starts with or ends with after the label \"a\", found the end"
      ),
      (
        "a = 'x'", 2,
        "column 3: expected ==, !=, in, not in, contains, starts with or ends with after the label \"a\", found \"=\""
      ),
      ("a == x", 5, "column 6: expected a value in quotes after ==, found \"x\""),
      ("a == 'x", 5, "column 6: the value that begins here has no closing '"),
      ("a == \"x'", 5, "column 6: the value that begins here has no closing \""),
      ("a == 'é' b", 10, "column 10: expected &&, || or the end after a condition, found \"b\""),
      ("a in 'x'", 5, "column 6: expected { after in, found \"'\""),
      ("a in {x}", 6, "column 7: expected a value in quotes or } in a set, found \"x\""),
      ("a not in {'x' 'y'}", 14, "column 15: expected , or } after a set's value, found \"'\""),
      ("a in {'x'", 9, "column 10: expected , or } after a set's value, found the end"),
      ("has(", 4, "column 5: expected a label's name after has(, found the end"),
      ("has(a", 5, "column 6: expected ) after has(a, found the end"),
      ("has (a)", 0, "column 1: there is no function \"has\": has(label), all() and global() exist"),
      ("any()", 0, "column 1: there is no function \"any\": has(label), all() and global() exist"),
      ("all(x)", 4, "column 5: expected ) after all(, found \"x\""),
      ("(has(a)", 0, "column 1: this ( is not closed"),
      ("has(a) && (has(b) || (has(c))", 10, "column 11: this ( is not closed"),
      ("has(a))", 6, "column 7: this ) closes nothing"),
      ("()", 1, "column 2: expected a condition such as label == \"value\" or has(label), found \")\""),
      ("!", 1, "column 2: expected a condition such as label == \"value\" or has(label), found the end"),
      ("has(a) &&", 9, "column 10: expected a condition such as label == \"value\" or has(label), found the end"),
      ("|| has(a)", 0, "column 1: expected a condition such as label == \"value\" or has(label), found \"|\""),
      ("has(a) & has(b)", 7, "column 8: expected &&, || or the end after a condition, found \"&\""),
      ("has(a)\nhas(b)", 6, "column 7: expected &&, || or the end after a condition, found a control character"),
      ("\"a\" == 'x'", 0, "column 1: expected a condition such as label == \"value\" or has(label), found '\"'"),
    ])
  func sentences(text: String, offset: Int, sentence: String) {
    let error = #expect(throws: SelectorError.self) { try Selector(text) }
    #expect(error?.description == sentence)
    #expect(error?.offset == offset)
  }

  @Test("text longer than 1,024 characters is refused, one of that length is not")
  func length() throws {
    let value = String(repeating: "é", count: 1024 - 7)
    #expect(try Selector("a == '\(value)'").matches(["a": value]))
    let error = #expect(throws: SelectorError.self) { try Selector("a == '\(value)x'") }
    #expect(error?.description == "the selector has 1025 characters, at most 1024 are allowed")
  }

  @Test("a label's name longer than 512 characters is refused, one of that length is not")
  func nameLength() throws {
    let name = String(repeating: "n", count: 512)
    #expect(try Selector("has(\(name))").matches([name: ""]))
    let error = #expect(throws: SelectorError.self) { try Selector("has( \(name)n)") }
    #expect(error?.description == "column 6: the label's name has 513 characters, at most 512 are allowed")
  }
}
