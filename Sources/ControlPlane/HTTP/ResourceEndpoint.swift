import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Carries out the requests to resources: reads method, query and body, and writes the answer.
struct ResourceEndpoint: Sendable {
  /// As Kubernetes: what is larger is refused.
  static let maximumBodyBytes = 3 * 1024 * 1024

  let operations: ResourceOperations
  let bookmarkInterval: Duration

  func answer(_ request: Request, _ target: ResourceRequest) async throws -> Response {
    let options = try RequestOptions(QueryString.parse(request.uri.query ?? ""))
    let representation = try Representation(accept: request.headers[.accept])
    let responses = ObjectResponses(
      representation: representation, included: options.includeObject, now: operations.now())
    switch (request.method, target.name) {
    case (.get, _) where options.watch:
      return try watch(request, target, options, representation)
    case (.get, nil): return responses.list(try operations.list(target, options), target.descriptor)
    case (.get, let name?):
      return responses.object(try operations.get(target, name: name), target.descriptor)
    case (.post, let name): return try await create(request, target, name: name, options, responses)
    case (.put, let name?): return try await replace(request, target, name: name, options, responses)
    case (.patch, let name?): return try await patch(request, target, name: name, options, responses)
    case (.delete, let name): return try await delete(request, target, name: name, options, responses)
    default: throw APIError.methodNotAllowed(request.method.rawValue)
    }
  }

  private func watch(
    _ request: Request, _ target: ResourceRequest, _ options: RequestOptions, _ representation: Representation
  ) throws(APIError) -> Response {
    try WatchResponse(
      store: operations.store, filter: WatchFilter(target, options),
      encoder: WatchEncoder(
        target.descriptor, representation, included: options.includeObject, now: operations.now),
      options: options, bookmarkInterval: bookmarkInterval
    ).respond(to: request)
  }

  private func create(
    _ request: Request, _ target: ResourceRequest, name: String?, _ options: RequestOptions,
    _ responses: ObjectResponses
  ) async throws -> Response {
    let bytes = try await body(request)
    if let name {
      guard target.subresource == "binding" else { throw APIError.methodNotAllowed(request.method.rawValue) }
      let binding = try ObjectBody.parse(bytes, contentType: request.headers[.contentType]).value
      try await operations.bind(target, name: name, binding, dryRun: options.dryRun)
      return .document(Self.success, status: .created)
    }
    guard target.namespace != nil else { throw APIError.methodNotAllowed(request.method.rawValue) }
    let body = try objectBody(bytes, request, target, options)
    let object = try await operations.create(target, body.value, dryRun: options.dryRun)
    return responses.object(object, target.descriptor, status: .created, warnings: body.warnings)
  }

  private func replace(
    _ request: Request, _ target: ResourceRequest, name: String, _ options: RequestOptions,
    _ responses: ObjectResponses
  ) async throws -> Response {
    let body = try objectBody(try await body(request), request, target, options)
    let result = try await operations.update(target, name: name, dryRun: options.dryRun) { _ in body }
    return responses.object(result.object, target.descriptor, warnings: result.warnings)
  }

  private func patch(
    _ request: Request, _ target: ResourceRequest, name: String, _ options: RequestOptions,
    _ responses: ObjectResponses
  ) async throws -> Response {
    let patch = try PatchBody(try await body(request), contentType: request.headers[.contentType])
    let descriptor = target.descriptor
    let result = try await operations.update(target, name: name, dryRun: options.dryRun) { old in
      try ObjectBody(
        try patch.apply(to: old, schema: descriptor.schema), as: descriptor, validation: options.fieldValidation)
    }
    return responses.object(result.object, descriptor, warnings: result.warnings)
  }

  private func delete(
    _ request: Request, _ target: ResourceRequest, name: String?, _ options: RequestOptions,
    _ responses: ObjectResponses
  ) async throws -> Response {
    let bytes = try await body(request)
    let body = bytes.isEmpty ? nil : try ObjectBody.parse(bytes, contentType: request.headers[.contentType]).value
    let deletion = try DeleteOptions(body, options)
    guard let name else {
      try options.fieldSelector.check(target.descriptor)
      let deleted = try await operations.deleteCollection(target, options, deletion)
      let page = ListPage(objects: deleted, revision: operations.store.revision)
      return responses.list(page, target.descriptor)
    }
    switch try await operations.delete(target, name: name, deletion) {
    case .terminating(let object): return responses.object(object, target.descriptor)
    case .deleted(let object):
      var status = Self.success
      status["details"] = JSON(members: [
        "name": .string(name), "group": target.resource.group.isEmpty ? nil : .string(target.resource.group),
        "kind": .string(target.resource.plural), "uid": object.value["metadata"]?["uid"],
      ])
      return .document(status)
    }
  }

  private static let success: JSON = ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success"]

  private func objectBody(
    _ bytes: [UInt8], _ request: Request, _ target: ResourceRequest, _ options: RequestOptions
  ) throws(APIError) -> ObjectBody {
    try ObjectBody(
      bytes, contentType: request.headers[.contentType], as: target.descriptor,
      validation: options.fieldValidation)
  }

  private func body(_ request: Request) async throws -> [UInt8] {
    do {
      return Array(buffer: try await request.body.collect(upTo: Self.maximumBodyBytes))
    } catch is NIOTooManyBytesError {
      throw APIError(
        code: 413, reason: "RequestEntityTooLarge",
        message: "Request entity too large: limit is \(Self.maximumBodyBytes)")
    }
  }
}
