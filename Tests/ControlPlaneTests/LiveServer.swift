import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

@testable import ControlPlane

/// A whole control plane on a random loopback port, with TLS and controllers.
struct LiveServer {
  let folder: String
  let port: UInt16
  let kubeconfig: String
  private let client: HTTPClient
  private let group: ServiceGroup

  static func run(_ test: (LiveServer) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let configuration = ControlPlaneConfiguration(
      dataFolder: folder.path, listeners: [try ListenAddress("127.0.0.1:0")])
    let server = try ControlPlaneServer(configuration, logger: TestAPI.quietLogger)
    let group = ServiceGroup(configuration: .init(services: [server], logger: TestAPI.quietLogger))
    let authority = try NIOSSLCertificate.fromPEMFile("\(folder.path)/ca.crt")
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(authority)
    let client = HTTPClient(configuration: .init(tlsConfiguration: tls))
    let live = LiveServer(
      folder: folder.path, port: server.ports[0], kubeconfig: server.kubeconfigs[0], client: client, group: group)
    let running = Task { try await group.run() }
    let outcome: Result<Void, any Error>
    do {
      try await live.waitUntilReady()
      outcome = .success(try await test(live))
    } catch {
      outcome = .failure(error)
    }
    await group.triggerGracefulShutdown()
    try await running.value
    try await client.shutdown()
    try outcome.get()
  }

  func stop() { Task { await group.triggerGracefulShutdown() } }

  private func waitUntilReady() async throws {
    for _ in 0..<200 {
      if (try? await get("/api/v1/namespaces/default"))?["kind"] == "Namespace" { return }
      try await Task.sleep(for: .milliseconds(25))
    }
  }

  var token: String {
    get throws { try BearerToken.load("\(folder)/token") }
  }

  func open(_ path: String, token: String? = nil, patch: JSON? = nil) async throws -> HTTPClientResponse {
    var request = HTTPClientRequest(url: "https://127.0.0.1:\(port)\(path)")
    request.headers.add(name: "authorization", value: "Bearer \(try token ?? self.token)")
    if let patch {
      request.method = .PATCH
      request.headers.add(name: "content-type", value: "application/merge-patch+json")
      request.body = .bytes(patch.encoded)
    }
    return try await client.execute(request, timeout: .seconds(10))
  }

  func get(_ path: String, token: String? = nil) async throws -> JSON {
    let response = try await open(path, token: token)
    return try JSONParser.parse(Array(buffer: try await response.body.collect(upTo: 1 << 20)))
  }

  func patch(_ path: String, _ patch: JSON) async throws -> JSON {
    let response = try await open(path, patch: patch)
    return try JSONParser.parse(Array(buffer: try await response.body.collect(upTo: 1 << 20)))
  }
}
