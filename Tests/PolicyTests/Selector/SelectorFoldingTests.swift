import Policy
import Testing

@Suite("Selectors joined and folded")
struct SelectorFoldingTests {
  @Test(
    "a namespaceSelector",
    arguments: [
      ("env == 'prod'", "pcns.env == \"prod\""), ("all()", "has(projectcalico.org/namespace)"),
      ("", "has(projectcalico.org/namespace)"), ("global()", "!has(projectcalico.org/namespace)"),
      ("!global()", "has(projectcalico.org/namespace)"),
      ("!has(a) && all()", "(!has(pcns.a) && has(projectcalico.org/namespace))"),
      ("has(a) || b in {'x'}", "(has(pcns.a) || pcns.b in {\"x\"})"),
    ])
  func namespaces(text: String, folded: String) throws {
    #expect(Selector.inNamespaces(try Selector(text)).description == folded)
  }

  @Test("a serviceAccountSelector, and service accounts' names")
  func serviceAccounts() throws {
    #expect(Selector.ofServiceAccounts(try Selector("role == 'x'")).description == "pcsa.role == \"x\"")
    #expect(Selector.ofServiceAccounts(.all).description == "has(projectcalico.org/serviceaccount)")
    #expect(
      try Selector.ofServiceAccounts(named: ["b", "a"]).description
        == "projectcalico.org/serviceaccount in {\"a\", \"b\"}")
    #expect(try Selector.inNamespace("n").description == "projectcalico.org/namespace == \"n\"")
  }

  @Test("selectors joined: everything adds nothing, none of them is everything")
  func every() throws {
    let first = try Selector("has(a) && has(b)")
    let second = try Selector("has(c) || has(d)")
    #expect(Selector.every([]) == .all)
    #expect(Selector.every([.all, second, .all]) == second)
    #expect(Selector.every([first, second]).description == "(has(a) && has(b) && (has(c) || has(d)))")
    // What selects nothing stays so.
    #expect(!Selector.every([first, Selector.all.negated]).matches(["a": "", "b": ""]))
  }

  @Test("where global() stands")
  func global() throws {
    #expect(try Selector("has(a) || !(global() && has(b))").usesGlobal)
    #expect(!(try Selector("has(global)")).usesGlobal)
  }

  @Test("a LabelSelector of Kubernetes")
  func labelSelector() throws {
    let selector = try Selector(
      matchLabels: ["b": "y", "a": "x"],
      matchExpressions: [
        LabelRequirement(key: "c", op: "In", values: ["2", "1"]),
        LabelRequirement(key: "d", op: "NotIn", values: ["1"]),
        LabelRequirement(key: "e", op: "Exists"), LabelRequirement(key: "f", op: "DoesNotExist"),
      ])
    #expect(
      selector.description
        == "(a == \"x\" && b == \"y\" && c in {\"1\", \"2\"} && d not in {\"1\"} && has(e) && !has(f))")
    #expect(try Selector(matchLabels: [:]) == .all)
  }

  @Test(
    "a LabelSelector that means nothing is refused, never taken for everything",
    arguments: [
      (LabelRequirement(key: "a", op: "In"), "matchExpressions[0]: In needs at least one value"),
      (LabelRequirement(key: "a", op: "NotIn"), "matchExpressions[0]: NotIn needs at least one value"),
      (LabelRequirement(key: "a", op: "Exists", values: ["x"]), "matchExpressions[0]: Exists takes no values"),
      (
        LabelRequirement(key: "a", op: "exists"),
        "matchExpressions[0]: the operator \"exists\" is none of In, NotIn, Exists and DoesNotExist"
      ),
      (
        LabelRequirement(key: "", op: "Exists"),
        "matchExpressions[0]: \"\" is no label's name: letters, digits and _./- are allowed"
      ),
    ])
  func badRequirement(requirement: LabelRequirement, sentence: String) {
    let error = #expect(throws: SelectorError.self) {
      try Selector(matchLabels: [:], matchExpressions: [requirement])
    }
    #expect(error?.description == sentence)
  }
}
