import CalicoAPI
import Testing

@Suite("Lists and errors")
struct EnvelopeTests {
  @Test("a page of a list")
  func list() throws {
    let page = try decode(
      ObjectList<Namespace>.self,
      #"""
      {"kind":"NamespaceList","apiVersion":"v1","metadata":{"resourceVersion":"12","continue":"t","remainingItemCount":3},
       "items":[{"metadata":{"name":"default"},"status":{"phase":"Active"}}]}
      """#)
    #expect(page.metadata == ListMeta(resourceVersion: "12", continue: "t", remainingItemCount: 3))
    #expect(page.items.map(\.name) == ["default"])
    #expect(
      try encode(page)
        == #"{"apiVersion":"v1","items":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"default"},"#
        + #""status":{"phase":"Active"}}],"kind":"NamespaceList","#
        + #""metadata":{"continue":"t","remainingItemCount":3,"resourceVersion":"12"}}"#)
  }

  @Test("an empty list may be null")
  func emptyList() throws {
    let page = try decode(ObjectList<Pod>.self, #"{"metadata":{"resourceVersion":"1"},"items":null}"#)
    #expect(page.items.isEmpty)
    #expect(try encode(page).contains(#""items":[]"#))
  }

  @Test("a Status")
  func status() throws {
    let status = Status(
      message: #"pods "x" not found"#, reason: "NotFound", code: 404,
      details: StatusDetails(name: "x", kind: "pods", causes: [StatusCause(reason: "r", message: "m", field: "f")]))
    let json = try encode(status)
    #expect(json.contains(#""kind":"Status""#))
    #expect(try decode(Status.self, json) == status)
  }
}
