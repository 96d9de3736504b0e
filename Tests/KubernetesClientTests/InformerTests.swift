import KubernetesClient
import Testing

@Suite("An informer of several kinds")
struct InformerTests {
  /// The same objects under another name.
  private struct Gizmo: KubernetesResource {
    static var group: String { Gadget.group }
    static var version: String { Gadget.version }
    static var kind: String { "Gizmo" }
    static var plural: String { "gizmos" }
    static var isNamespaced: Bool { true }
    var metadata: Gadget.Metadata
    var name: String { metadata.name }
    var namespace: String { metadata.namespace ?? "" }
    var uid: String { metadata.uid ?? "" }
    var resourceVersion: String { metadata.resourceVersion ?? "" }
  }

  private enum Change: Sendable {
    case gadget(Delta<Gadget>)
    case gizmo(Delta<Gizmo>)
  }

  @Test("kinds come in one sequence; one that fails does not hold up the other, and health says which")
  func twoKinds() async throws {
    let gadgets = FakeServer([.json(pageJSON(["a@1"], version: "9"))])
    let gizmos = FakeServer(
      Array(repeating: .json(statusJSON(403, "Forbidden", "no gizmos for you"), status: 403), count: 1000))
    try await gadgets.serve { gadgetPort in
      try await gizmos.serve { gizmoPort in
        let one = APIClient(try .init(server: "http://127.0.0.1:\(gadgetPort)"), logger: KeptLog().logger)
        let two = APIClient(try .init(server: "http://127.0.0.1:\(gizmoPort)"), logger: KeptLog().logger)
        let informer = Informer<Change>([
          .watch(Gadget.self, one, settings: quick) { .gadget($0) },
          .watch(Gizmo.self, two, settings: quick) { .gizmo($0) },
        ])
        let running = Task { await informer.run() }
        var cache = ObjectCache<Gadget>()
        for await batch in informer {
          for case .gadget(let delta) in batch { cache.apply(delta) }
          if cache.isSynced { break }
        }
        #expect(cache["ns", "a"]?.resourceVersion == "1")
        for _ in 0..<200 where informer.health[1].failure == nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(informer.health.map(\.resource) == ["gadgets", "gizmos"])
        #expect(informer.health.map(\.isSynced) == [true, false])
        #expect(informer.health[0].failure == nil)
        #expect(
          informer.health[1].failure
            == "list gizmos: the API server refused with 403 Forbidden: no gizmos for you")
        running.cancel()
        await running.value
        var rest = 0
        for await _ in informer { rest += 1 }
        #expect(rest <= 1, "the sequence ends after run")
        try await one.shutdown()
        try await two.shutdown()
      }
    }
  }

  @Test("a cache tells the state before each delta")
  func cache() {
    var cache = ObjectCache<Gadget>()
    #expect(cache.apply(.added(Gadget("a", "1"))) == nil)
    #expect(cache.apply(.modified(Gadget("a", "2")))?.resourceVersion == "1")
    #expect(!cache.isSynced)
    cache.apply(.synced)
    #expect(cache.isSynced)
    #expect(cache.apply(.deleted(ObjectKey(namespace: "ns", name: "a")))?.resourceVersion == "2")
    #expect(cache.objects.isEmpty)
  }

  @Test("a consumer that stops leaves nothing running")
  func stopped() async throws {
    let server = FakeServer([.json(pageJSON(["a@1"], version: "9")), .stream([.hold])])
    let log = KeptLog()
    let deltas = try await server.serve { try await follow(port: $0, until: 2, log: log) }
    #expect(deltas == ["+a@1", "synced"])
    #expect(log.lines == ["notice: gadgets: in sync with the API server, 1 objects"], "to stop is no failure")
  }
}
