import FoundationEssentials
import KubernetesClient
import Testing

@Suite("Requests for single objects")
struct ObjectRequestTests {
  private func withClient<Result: Sendable>(
    _ server: FakeServer, token: BearerToken? = nil, _ body: @escaping @Sendable (APIClient) async throws -> Result
  ) async throws -> Result {
    try await server.serve { port in
      let credentials = try ClusterCredentials(server: "http://127.0.0.1:\(port)/", token: token)
      return try await APIClient.withClient(credentials, logger: KeptLog().logger) { try await body($0) }
    }
  }

  private let path = "/apis/test.example/v1/namespaces/ns/gadgets"

  @Test("get, create, update and delete")
  func verbs() async throws {
    let server = FakeServer([
      .json(gadgetJSON("a@1")), .json(gadgetJSON("b@2"), status: 201), .json(gadgetJSON("b@3")),
      .json(#"{"kind":"Status","status":"Success"}"#),
    ])
    try await withClient(server, token: .value("secret")) { client in
      #expect(try await client.get(Gadget.self, "a", namespace: "ns").resourceVersion == "1")
      #expect(try await client.create(Gadget("b", size: 4)).resourceVersion == "2")
      #expect(try await client.update(Gadget("b", "2"), subresource: .status).resourceVersion == "3")
      try await client.delete(
        Gadget.self, "b", namespace: "ns",
        options: DeleteOptions(gracePeriodSeconds: 0, preconditions: .init(uid: "u")))
    }
    let asked = server.asked
    #expect(asked.map(\.method) == ["GET", "POST", "PUT", "DELETE"])
    #expect(asked.map(\.path) == ["\(path)/a", path, "\(path)/b/status", "\(path)/b"])
    #expect(asked.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
    #expect(asked[1].headers["content-type"] == "application/json")
    #expect(asked[1].body.contains(#""size":4"#))
    #expect(asked[3].body.contains(#""preconditions":{"uid":"u"}"#))
    #expect(asked[3].body.contains(#""gracePeriodSeconds":0"#))
  }

  @Test("each form of patch has its content type")
  func patches() async throws {
    let server = FakeServer(Array(repeating: .json(gadgetJSON("a@1")), count: 4))
    try await withClient(server) { client in
      let value: JSONValue = ["status": ["phase": "Running", "old": nil, "list": [1, 2.5, true]]]
      let patches: [Patch] = [
        try .merge(value), try .strategicMerge(value),
        try .json([.replace("/size", 3), .remove("/old"), .add("/x~1y", "z")]),
        try .apply(value, fieldManager: "apus", force: true),
      ]
      for patch in patches {
        _ = try await client.patch(Gadget.self, "a", namespace: "ns", patch, subresource: .status)
      }
    }
    let asked = server.asked
    #expect(
      asked.map { $0.headers["content-type"] ?? "" } == [
        "application/merge-patch+json", "application/strategic-merge-patch+json", "application/json-patch+json",
        "application/apply-patch+yaml",
      ])
    #expect(asked.allSatisfy { $0.method == "PATCH" && $0.path == "\(path)/a/status" })
    #expect(asked[0].body.contains(#""old":null"#))
    #expect(try JSONDecoder().decode([JSONValue].self, from: Data(asked[2].body.utf8)).count == 3)
    #expect(asked[3].query == ["fieldManager": "apus", "force": "true"])
  }

  @Test("a refusal carries the server's status")
  func refused() async throws {
    let server = FakeServer([
      .json(statusJSON(404, "NotFound", "gadgets a not found"), status: 404),
      .json(statusJSON(409, "Conflict", "changed"), status: 409),
      .json(statusJSON(409, "AlreadyExists", "there"), status: 409),
      .json("<html>Bad gateway</html>", status: 502),
    ])
    try await withClient(server) { client in
      var errors: [KubernetesError] = []
      for _ in 0..<4 {
        do throws(KubernetesError) {
          _ = try await client.get(Gadget.self, "a", namespace: "ns")
        } catch {
          errors.append(error)
        }
      }
      #expect(errors.map(\.isNotFound) == [true, false, false, false])
      #expect(errors.map(\.isConflict) == [false, true, false, false])
      #expect(errors.map(\.isAlreadyExists) == [false, false, true, false])
      #expect(
        errors.map(\.description) == [
          "get gadgets a: the API server refused with 404 NotFound: gadgets a not found",
          "get gadgets a: the API server refused with 409 Conflict: changed",
          "get gadgets a: the API server refused with 409 AlreadyExists: there",
          "get gadgets a: the API server refused with 502 Bad Gateway: <html>Bad gateway</html>",
        ])
    }
  }

  @Test("an answer that is no object says what is wrong where")
  func invalidAnswer() async throws {
    let server = FakeServer([.json(#"{"metadata":{}}"#), .json("not json"), .json(#"{"items":[]}"#)])
    try await withClient(server) { client in
      var errors: [String] = []
      for _ in 0..<2 {
        do throws(KubernetesError) {
          _ = try await client.get(Gadget.self, "a", namespace: "ns")
        } catch {
          errors.append(error.description)
        }
      }
      #expect(errors[0] == "get gadgets a: the API server's answer is not valid: metadata.name: is missing")
      #expect(errors[1].hasPrefix("get gadgets a: the API server's answer is not valid: "))
      await #expect(throws: KubernetesError.self) { try await client.list(Gadget.self) }
    }
  }

  @Test("nobody listens: one sentence with the address")
  func nobody() async throws {
    let port = try await FakeServer().serve { $0 }
    let credentials = try ClusterCredentials(server: "http://127.0.0.1:\(port)")
    try await APIClient.withClient(credentials, logger: KeptLog().logger) { client in
      let error = await #expect(throws: KubernetesError.self) {
        try await client.get(Gadget.self, "a", namespace: "ns")
      }
      #expect(
        error?.description
          == "get gadgets a: the API server is not reachable: http://127.0.0.1:\(port): Connection refused")
    }
  }

  @Test("a whole list, page by page")
  func list() async throws {
    let server = FakeServer([
      .json(pageJSON(["a@1"], version: "9", next: "t+/=")), .json(pageJSON(["b@2"], version: "9")),
    ])
    let names = try await withClient(server) { client in
      try await client.list(Gadget.self, ListScope(namespace: "ns", labels: LabelSelector(.exists("x")))).map(\.name)
    }
    #expect(names == ["a", "b"])
    #expect(server.asked.map { $0.query["labelSelector"] } == ["x", "x"])
    #expect(server.asked[1].query["continue"] == "t+/=")
    #expect(server.asked[0].path == path)
  }

  @Test("a token in a file is read again after a 401")
  func tokenFile() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "apus-token-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data("one\n".utf8).write(to: URL(filePath: file))
    let server = FakeServer([
      .json(gadgetJSON("a@1")), .json(statusJSON(401, "Unauthorized", "token"), status: 401), .json(gadgetJSON("a@1")),
    ])
    try await withClient(server, token: .file(file)) { client in
      _ = try await client.get(Gadget.self, "a", namespace: "ns")
      try Data("two".utf8).write(to: URL(filePath: file))
      await #expect(throws: KubernetesError.self) { try await client.get(Gadget.self, "a", namespace: "ns") }
      _ = try await client.get(Gadget.self, "a", namespace: "ns")
    }
    #expect(server.asked.map { $0.headers["authorization"] } == ["Bearer one", "Bearer one", "Bearer two"])
  }
}
