import Testing

@testable import Policy

@Suite("Which selectors are asked")
struct SelectorIndexTests {
  /// As the policies of Kubernetes are: each selects by a label that all pods have and by one that few have.
  private static func selector(_ number: Int) throws -> Selector {
    try Selector("\(LabelName.orchestrator) == 'k8s' && app == 'app-\(number)' && !has(x)")
  }

  private static func labels(_ number: Int) -> [String: String] {
    [LabelName.orchestrator: "k8s", "app": "app-\(number)"]
  }

  private static func insert(_ number: Int, into index: inout SelectorIndex) -> Int32 {
    let object = index.insertObject()
    index.relabel(object, labels(number % 500), parents: [])
    #expect(index.refresh(object).began.count == 1)
    return object
  }

  @Test("a change of an object asks only those that select by what is rare, whichever came first")
  func asked() throws {
    var index = SelectorIndex()
    var objects: [Int32] = []
    for number in 0..<500 { _ = index.insert(try Self.selector(number)) }
    for number in 0..<600 { objects.append(Self.insert(number, into: &index)) }
    for object in objects { #expect(index.askedCount(object) <= 2) }
    for number in 0..<100 { _ = index.insert(try Self.selector(number)) }
    #expect(index.askedCount(objects[0]) <= 4)
    #expect(index.askedCount(objects[599]) <= 4)
  }

  @Test("a selector that has no label to stand at is asked always, one that can match nothing never")
  func without() throws {
    var index = SelectorIndex()
    for text in ["!has(a)", "a != 'x'", "all()", "has(b) || !has(c)"] { _ = index.insert(try Selector(text)) }
    for text in ["a in {}", "has(b) && a in {}"] { _ = index.insert(try Selector(text)) }
    let object = index.insertObject()
    #expect(index.askedCount(object) == 4)
    #expect(index.refresh(object).began.count == 4)
  }
}
