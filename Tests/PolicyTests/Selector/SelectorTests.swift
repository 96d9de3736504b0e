import Policy
import Testing

@Suite("Selectors")
struct SelectorTests {
  /// Selector, what it is about, and whether it selects that.
  @Test(
    "each operator, with the label there and absent",
    arguments: [
      // Text, labels it selects, labels it does not select.
      ("a == \"x\"", [["a": "x"]], [[:], ["a": "y"], ["a": "xx"], ["b": "x"]]),
      ("a != \"x\"", [[:], ["a": "y"], ["a": ""]], [["a": "x"]]),
      ("a in {\"x\", 'y'}", [["a": "x"], ["a": "y"]], [[:], ["a": "z"]]),
      ("a in {}", [], [[:], ["a": ""]]),
      ("a not in {\"x\", 'y'}", [[:], ["a": "z"]], [["a": "x"], ["a": "y"]]),
      ("a notin {\"x\"}", [[:], ["a": "z"]], [["a": "x"]]),
      ("a not in {}", [[:], ["a": "z"]], []),
      ("a contains \"bc\"", [["a": "abcd"], ["a": "bc"]], [[:], ["a": "b"], ["a": "bxc"]]),
      ("a contains \"\"", [["a": ""], ["a": "x"]], [[:]]),
      ("a starts with \"ab\"", [["a": "abc"], ["a": "ab"]], [[:], ["a": "a"], ["a": "xab"]]),
      ("a startswith \"ab\"", [["a": "abc"]], [[:], ["a": "xab"]]),
      ("a ends with \"bc\"", [["a": "abc"], ["a": "bc"]], [[:], ["a": "c"], ["a": "bcx"]]),
      ("a endswith \"bc\"", [["a": "abc"]], [[:], ["a": "bcx"]]),
      ("has(a)", [["a": ""], ["a": "x"]], [[:], ["b": "x"]]),
      ("!has(a)", [[:], ["b": "x"]], [["a": ""]]),
      ("all()", [[:], ["a": "x"]], []),
      ("!all()", [], [[:], ["a": "x"]]),
      ("", [[:], ["a": "x"]], []),
      (" \t", [[:], ["a": "x"]], []),
      ("global()", [[:], ["a": "x"]], [["projectcalico.org/namespace": "n"]]),
    ] as [(String, [[String: String]], [[String: String]])])
  func operators(text: String, selected: [[String: String]], others: [[String: String]]) throws {
    let selector = try Selector(text)
    for labels in selected { #expect(selector.matches(labels), "\(text) selects \(labels)") }
    for labels in others { #expect(!selector.matches(labels), "\(text) does not select \(labels)") }
  }

  @Test(
    "&& binds closer than ||, and ! closer than both",
    arguments: [
      ("has(a) || has(b) && has(c)", "(has(a) || (has(b) && has(c)))"),
      ("(has(a) || has(b)) && has(c)", "((has(a) || has(b)) && has(c))"),
      ("has(a)&&has(b)||has(c)&&has(d)", "((has(a) && has(b)) || (has(c) && has(d)))"),
      ("!has(a) && has(b)", "(!has(a) && has(b))"),
      ("!(has(a) && has(b))", "!(has(a) && has(b))"),
      ("! a == 'x'", "!a == \"x\""),
    ])
  func precedence(text: String, canonical: String) throws {
    #expect(try Selector(text).description == canonical)
  }

  @Test(
    "canonical text",
    arguments: [
      ("", "all()"), ("all(\t)", "all()"), ("global( )", "global()"), ("has( a )", "has(a)"),
      ("a=='x'", "a == \"x\""), ("a == 'say \"x\"'", "a == 'say \"x\"'"), ("a == \"it's\"", "a == \"it's\""),
      ("a in {'y','x',\"y\",}", "a in {\"x\", \"y\"}"), ("a   not\tin{'x'}", "a not in {\"x\"}"),
      ("a notin {}", "a not in {}"), ("a startswith 'x'", "a starts with \"x\""),
      ("a endswith'x'", "a ends with \"x\""), ("a contains'x'", "a contains \"x\""),
      ("!!has(a)", "has(a)"), ("!!!has(a)", "!has(a)"), ("!(!(!has(a)))", "!has(a)"), ("((has(a)))", "has(a)"),
      ("has(a) && has(b) && has(c)", "(has(a) && has(b) && has(c))"),
    ])
  func canonical(text: String, canonical: String) throws {
    let selector = try Selector(text)
    #expect(selector.description == canonical)
    #expect(try Selector(canonical) == selector)
  }

  @Test(
    "names of operators and functions are names of labels too",
    arguments: [
      "in in {\"in\"}", "not == \"x\"", "has == \"x\"", "all != \"x\"", "contains contains \"x\"", "has(has)",
    ])
  func namesThatAreOperators(text: String) throws { #expect(try Selector(text).description == text) }

  @Test("a longer name is not an operator that it begins with")
  func longerNames() {
    #expect(throws: SelectorError.self) { try Selector("a inn {'x'}") }
    #expect(throws: SelectorError.self) { try Selector("a startswith2 'x'") }
  }
}
