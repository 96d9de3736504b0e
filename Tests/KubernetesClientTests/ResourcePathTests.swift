import Testing

@testable import KubernetesClient

/// A cluster-scoped kind of the core group.
private struct Widget: KubernetesResource {
  static var group: String { "" }
  static var version: String { "v1" }
  static var kind: String { "Widget" }
  static var plural: String { "widgets" }
  static var isNamespaced: Bool { false }
  var name: String { "" }
  var namespace: String { "" }
  var uid: String { "" }
  var resourceVersion: String { "" }
}

@Suite("Paths and queries")
struct ResourcePathTests {
  @Test("collections and objects")
  func paths() throws {
    #expect(try ResourcePath.collection(Widget.self, namespace: nil) == "/api/v1/widgets")
    #expect(try ResourcePath.collection(Widget.self, namespace: "") == "/api/v1/widgets")
    #expect(try ResourcePath.collection(Gadget.self, namespace: nil) == "/apis/test.example/v1/gadgets")
    #expect(
      try ResourcePath.collection(Gadget.self, namespace: "ns") == "/apis/test.example/v1/namespaces/ns/gadgets")
    #expect(try ResourcePath.object(Widget.self, name: "w", namespace: "") == "/api/v1/widgets/w")
    #expect(
      try ResourcePath.object(Gadget.self, name: "a b", namespace: "ns", subresource: .status)
        == "/apis/test.example/v1/namespaces/ns/gadgets/a%20b/status")
  }

  @Test(
    "a name that would change the path is refused",
    arguments: [
      ("", "Gadget has no name: give one"),
      ("..", "Gadget name \"..\" must not be \".\" or \"..\" nor contain \"/\" or \"%\""),
      ("a/status", "Gadget name \"a/status\" must not be \".\" or \"..\" nor contain \"/\" or \"%\""),
      ("a%2f", "Gadget name \"a%2f\" must not be \".\" or \"..\" nor contain \"/\" or \"%\""),
    ])
  func badNames(name: String, sentence: String) {
    let error = #expect(throws: KubernetesError.self) {
      try ResourcePath.object(Gadget.self, name: name, namespace: "ns")
    }
    #expect(error?.description == sentence)
  }

  @Test("an object of a namespace needs one")
  func noNamespace() {
    let error = #expect(throws: KubernetesError.self) {
      try ResourcePath.object(Gadget.self, name: "a", namespace: "")
    }
    #expect(error?.description == "Gadget has no namespace: give one")
  }

  @Test("label selectors")
  func labels() {
    #expect(LabelSelector().description == "")
    #expect(LabelSelector(matching: ["b": "2", "a": "1"]).description == "a=1,b=2")
    let all = LabelSelector(
      .equals("app", "web"), .notEquals("a", "b"), .in("tier", ["x", "y"]), .notIn("env", ["z"]), .exists("e"),
      .doesNotExist("d"))
    #expect(all.description == "app=web,a!=b,tier in (x,y),env notin (z),e,!d")
  }

  @Test("field selectors escape their values")
  func fields() {
    let fields = FieldSelector(.equals("spec.nodeName", "node1"), .notEquals("metadata.name", #"a,b=c\d"#))
    #expect(fields.description == #"spec.nodeName=node1,metadata.name!=a\,b\=c\\d"#)
  }

  @Test("queries are percent-encoded and leave out what is empty")
  func query() {
    let scope = ListScope(labels: LabelSelector(.in("a", ["x", "y"])), fields: FieldSelector())
    #expect(scope.query.text == "?labelSelector=a%20in%20%28x%2Cy%29")
    var query = Query()
    query.add("continue", "a+b/c==")
    query.add("limit", "")
    query.add("x", "ü\u{1}")
    #expect(query.text == "?continue=a%2Bb%2Fc%3D%3D&x=%C3%BC%01")
  }
}
