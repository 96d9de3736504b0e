import Glibc
import Policy
import Testing

/// What others got wrong, each as a class of mistakes.
@Suite("Tricks with labels and selectors")
struct SelectorTrickTests {
  @Test("deep parentheses and long negations overflow nothing, even on a small stack")
  func deepText() throws { try onSmallStack(bytes: 256 << 10) { try Self.readDeepText() } }

  private static func readDeepText() throws {
    let open = String(repeating: "(", count: 509)
    #expect(try Selector(open + "has(a)" + String(repeating: ")", count: 509)).description == "has(a)")
    #expect(throws: SelectorError.self) { try Selector(String(repeating: "(", count: 1024)) }
    #expect(throws: SelectorError.self) { try Selector(String(repeating: ")", count: 1024)) }
    #expect(try Selector(String(repeating: "!", count: 1018) + "has(a)").description == "has(a)")
    #expect(throws: SelectorError.self) { try Selector(String(repeating: "!(", count: 512)) }

    let nested = String(repeating: "all()&&(", count: 113) + "has(a)" + String(repeating: ")", count: 113)
    let selector = try Selector(nested)
    #expect(selector.matches(["a": ""]))
    #expect(!selector.matches([:]))
    #expect(Selector.inNamespaces(selector).matches(["projectcalico.org/namespace": "n", "pcns.a": ""]))
  }

  @Test("a pod's own label cannot pass for its namespace's or its service account's")
  func ownLabelsThatOnlyParentsPassOn() throws {
    let inKubeSystem = Selector.inNamespaces(try Selector("projectcalico.org/name == 'kube-system'"))
    let ofAdmin = Selector.ofServiceAccounts(try Selector("role == 'admin'"))
    let crafted = EndpointLabels(
      own: ["pcns.projectcalico.org/name": "kube-system", "pcsa.role": "admin"],
      inherited: [["pcns.projectcalico.org/name": "default"]])
    #expect(!inKubeSystem.matches(crafted))
    #expect(!ofAdmin.matches(crafted))

    let honest = EndpointLabels(
      own: [:], inherited: [["pcns.projectcalico.org/name": "kube-system"], ["pcsa.role": "admin"]])
    #expect(inKubeSystem.matches(honest))
    #expect(ofAdmin.matches(honest))
  }

  @Test("a namespace's labels are not its pods' labels")
  func namespaceLabelsAreNotPods() throws {
    let labels = EndpointLabels(own: [:], inherited: [["pcns.app": "web"]])
    #expect(!(try Selector("app == 'web'")).matches(labels))
    #expect(Selector.inNamespaces(try Selector("app == 'web'")).matches(labels))
  }

  @Test("an endpoint's own label goes before one of a profile, an earlier profile before a later one")
  func precedence() throws {
    let labels = EndpointLabels(own: ["a": "own"], inherited: [["a": "first", "b": "first"], ["b": "second"]])
    #expect(try Selector("a == 'own' && b == 'first'").matches(labels))
  }

  @Test("what looks alike is not equal")
  func lookalikes() throws {
    // The Kelvin sign is canonically equivalent to K, and é has two spellings.
    #expect(!(try Selector("has(K8s)")).matches(["\u{212a}8s": ""]))
    #expect(!(try Selector("a == 'K'")).matches(["a": "\u{212a}"]))
    #expect(try Selector("a == '\u{e9}'") != Selector("a == 'e\u{301}'"))
    #expect(try Selector("a in {'\u{e9}', 'e\u{301}'}").matches(["a": "\u{e9}"]))
    #expect(try Selector("a in {'\u{e9}', 'e\u{301}'}").matches(["a": "e\u{301}"]))
    // One character to a reader, two to a comparison of bytes.
    #expect(try Selector("a starts with 'e'").matches(["a": "e\u{301}"]))
    #expect(!(try Selector("a == 'X'")).matches(["a": "x"]))
  }

  @Test("a value cannot break out of its quotes, and what cannot be written is refused")
  func quoting() throws {
    let value = "x\" || has(b) || a == \"y"
    let selector = try Selector.label("a", equals: value)
    #expect(try Selector(selector.description) == selector)
    #expect(!selector.matches(["b": ""]))
    #expect(throws: SelectorError.self) { try Selector.label("a", equals: "\"'") }
    #expect(throws: SelectorError.self) { try Selector.label("a) || has(b", equals: "x") }
    #expect(throws: SelectorError.self) { try Selector.has("") }
    let bad = #expect(throws: SelectorError.self) { try Selector(matchLabels: ["a": "\"'"]) }
    #expect(bad?.description == "matchLabels: a value of the label \"a\" holds both \" and '")
  }
}

/// Runs `body` on a thread of its own whose stack is this small.
private func onSmallStack(bytes: Int, _ body: @escaping @Sendable () throws -> Void) throws {
  final class Outcome: Sendable {
    let body: @Sendable () throws -> Void
    nonisolated(unsafe) var error: (any Error)?
    init(_ body: @escaping @Sendable () throws -> Void) { self.body = body }
  }
  let outcome = Outcome(body)
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  try #require(pthread_attr_setstacksize(&attributes, bytes) == 0)
  var thread = pthread_t()
  let started = pthread_create(
    &thread, &attributes,
    { argument in
      guard let argument else { return nil }
      let outcome = Unmanaged<Outcome>.fromOpaque(argument).takeUnretainedValue()
      do { try outcome.body() } catch { outcome.error = error }
      return nil
    }, Unmanaged.passUnretained(outcome).toOpaque())
  try #require(started == 0)
  pthread_join(thread, nil)
  if let error = outcome.error { throw error }
}
