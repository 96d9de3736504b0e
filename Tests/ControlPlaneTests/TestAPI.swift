import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import ControlPlane

/// The API of a cluster with a database of its own, asked without a network.
struct TestAPI {
  struct Answer {
    var status: Int
    var body: JSON
    var headers: HTTPFields
  }

  static let token = "a-token-for-the-tests"

  let client: any TestClientProtocol
  let cluster: Cluster

  var store: ObjectStore { cluster.operations.store }

  /// Runs a test with a new cluster that has the initial namespaces and, when asked, its controllers.
  /// - Parameter live: over a real connection, as watches need.
  static func run(
    live: Bool = false, controllers: Bool = false, historyCapacity: Int = 20_000,
    now: @escaping @Sendable () -> Date = { Date() }, _ test: @escaping @Sendable (TestAPI) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let cluster = try Cluster(
      database: try ObjectDatabase(path: folder.path + "/test.sqlite"), logger: quietLogger,
      historyCapacity: historyCapacity, now: now)
    try await cluster.prepare()
    let responder = APIResponder(
      operations: cluster.operations, authentication: Authentication(token: token), bookmarkInterval: .milliseconds(100)
    )
    let application = Application(responder: responder, logger: quietLogger)
    defer { folder.remove() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      if controllers { group.addTask { await cluster.runControllers() } }
      defer { cluster.operations.store.closeWatches() }  // ends the controllers
      try await application.test(live ? .live : .router) { client in
        try await test(TestAPI(client: client, cluster: cluster))
      }
    }
  }

  static var quietLogger: Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }

  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, type: String = "application/json",
    accept: String = "application/json", token: String? = TestAPI.token
  ) async throws -> Answer {
    var headers = HTTPFields([HTTPField(name: .accept, value: accept)])
    if let token { headers[.authorization] = "Bearer \(token)" }
    if body != nil { headers[.contentType] = type }
    let response = try await client.executeRequest(
      uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    let bytes = Array(buffer: response.body)
    return Answer(
      status: response.status.code,
      body: (try? JSONParser.parse(bytes)) ?? .string(String(decoding: bytes, as: UTF8.self)),
      headers: response.headers)
  }

  func get(_ path: String, accept: String = "application/json") async throws -> Answer {
    try await send(.get, path, accept: accept)
  }

  func post(_ path: String, _ body: JSON) async throws -> Answer { try await send(.post, path, body.text) }

  func put(_ path: String, _ body: JSON) async throws -> Answer { try await send(.put, path, body.text) }

  func patch(_ path: String, _ body: JSON, _ kind: String = "merge") async throws -> Answer {
    let prefix = kind == "strategic" ? "strategic-merge" : kind
    return try await send(.patch, path, body.text, type: "application/\(prefix)-patch+json")
  }

  func delete(_ path: String, _ options: JSON? = nil) async throws -> Answer {
    try await send(.delete, path, options?.text)
  }
}

/// A folder that a test fills and then removes.
struct TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/apus-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// Objects that the tests use.
enum Sample {
  static let pods = "/api/v1/namespaces/default/pods"
  static let services = "/api/v1/namespaces/default/services"
  static let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"

  static func pod(_ name: String, labels: [String: String] = ["app": "web"]) -> JSON {
    [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "labels": JSON(labels)],
      "spec": [
        "containers": [
          ["name": "web", "image": "httpd:2", "ports": [["name": "http", "containerPort": 8080]]]
        ]
      ],
    ]
  }

  static func service(_ name: String, _ spec: JSON = [:]) -> JSON {
    var object: JSON = [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name)],
      "spec": ["selector": ["app": "web"], "ports": [["port": 80, "targetPort": "http"]]],
    ]
    for (field, value) in spec.object ?? [:] { object[["spec", field]] = value }
    return object
  }

  /// The status of a running pod.
  static func running(_ addresses: [String], ready: Bool = true) -> JSON {
    [
      "status": [
        "phase": "Running", "podIP": addresses.first.map(JSON.string) ?? .null,
        "podIPs": .array(addresses.map { ["ip": .string($0)] }),
        "conditions": [["type": "Ready", "status": ready ? "True" : "False"]],
      ]
    ]
  }
}
