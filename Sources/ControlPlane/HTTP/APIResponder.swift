import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import Logging

/// Answers every request to the API server.
struct APIResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let operations: ResourceOperations
  let authentication: Authentication
  let bookmarkInterval: Duration
  let discovery: Discovery
  let openAPI: OpenAPI

  init(operations: ResourceOperations, authentication: Authentication, bookmarkInterval: Duration = .seconds(30)) {
    self.operations = operations
    self.authentication = authentication
    self.bookmarkInterval = bookmarkInterval
    discovery = Discovery(registry: operations.registry)
    openAPI = OpenAPI(registry: operations.registry)
  }

  func respond(to request: Request, context: Context) async throws -> Response {
    do {
      return try await answer(request)
    } catch let error as APIError {
      return .failure(error)
    } catch let error as DatabaseError {
      context.logger.error("the change was not stored", metadata: ["error": "\(error)"])
      return .failure(.internalError("the change was not stored: \(error.message ?? "database error")"))
    } catch let error as HTTPError {
      return .failure(
        APIError(code: error.status.code, reason: "", message: error.body ?? error.status.reasonPhrase))
    }
  }

  private func answer(_ request: Request) async throws -> Response {
    let path = request.uri.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
    if request.method == .get, let response = openResponse(path) { return response }
    try authentication.check(request)
    if request.method == .get, let response = documentResponse(path, request) { return response }
    guard let resourcePath = ResourcePath(path) else { throw APIError.noSuchPath }
    guard resourcePath.plural != nil else {
      guard request.method == .get,
        let list = discovery.resources(group: resourcePath.group, version: resourcePath.version)
      else { throw APIError.noSuchPath }
      return .document(list)
    }
    let target = try ResourceRequest(resourcePath, registry: operations.registry)
    return try await ResourceEndpoint(operations: operations, bookmarkInterval: bookmarkInterval)
      .answer(request, target)
  }

  /// What anybody may ask.
  private func openResponse(_ path: [String]) -> Response? {
    switch path.first {
    case "healthz", "livez", "readyz": .text("ok")
    case "version": .document(ServerVersion.json)
    default: nil
    }
  }

  private func documentResponse(_ path: [String], _ request: Request) -> Response? {
    let aggregatedVersion = request.headers[.accept].flatMap(Self.aggregatedVersion)
    switch (path.first, path.count) {
    case (nil, _): return .document(["paths": ["/api", "/apis", "/healthz", "/openapi/v2", "/openapi/v3", "/version"]])
    case ("api", 1):
      return aggregatedVersion.map { aggregated(core: true, $0) } ?? .document(discovery.versions)
    case ("apis", 1):
      return aggregatedVersion.map { aggregated(core: false, $0) } ?? .document(discovery.groups)
    case ("apis", 2): return discovery.group(path[1]).map { .document($0) }
    case ("openapi", _): return openAPIResponse(Array(path.dropFirst()), request)
    default: return nil
    }
  }

  private func openAPIResponse(_ path: [String], _ request: Request) -> Response? {
    switch path.first {
    case "v2" where path.count == 1:
      if request.headers[.accept]?.contains("proto-openapi") == true {
        return .bytes(
          OpenAPIProtobuf.encode(openAPI.version2),
          contentType: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
      }
      return .document(openAPI.version2)
    case "v3" where path.count == 1: return .document(openAPI.version3Index)
    case "v3" where path == ["v3", "api", "v1"]: return openAPI.version3(group: "", version: "v1").map { .document($0) }
    case "v3" where path.count == 4 && path[1] == "apis":
      return openAPI.version3(group: path[2], version: path[3]).map { .document($0) }
    default: return nil
    }
  }

  /// The version of aggregated discovery, when that is the client's first wish.
  private static func aggregatedVersion(_ accept: String) -> String? {
    for range in accept.split(separator: ",") {
      let type = MediaType(String(range))
      if type.parameters["g"] == "apidiscovery.k8s.io", type.name == "application/json" {
        return type.parameters["v"]
      }
      if type.name == "application/json" { return nil }
    }
    return nil
  }

  private func aggregated(core: Bool, _ version: String) -> Response {
    .bytes(
      discovery.aggregated(core: core, version: version).encoded,
      contentType: "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList")
  }
}
