/// One page of a list.
struct ListPage: Sendable {
  var objects: [StoredObject]
  var revision: Int64
  var continuation: ContinueToken?
  /// How many follow, when no selector hides their number.
  var remaining: Int?

  var metadata: JSON {
    JSON(members: [
      "resourceVersion": .string(String(revision)), "continue": continuation.map { .string($0.text) },
      "remainingItemCount": remaining.map { .int(Int64($0)) },
    ])
  }
}

extension ResourceOperations {
  /// Lists objects. All pages of a list show the cluster as of the first page's revision.
  /// - Throws: 400 for options that make no sense, 410 when that revision is no longer known.
  func list(_ request: ResourceRequest, _ options: RequestOptions) throws(APIError) -> ListPage {
    try options.fieldSelector.check(request.descriptor)
    var (objects, revision) = try snapshot(request, options)
    let selectors = !options.labelSelector.requirements.isEmpty || !options.fieldSelector.requirements.isEmpty
    if selectors {
      objects = objects.filter {
        options.labelSelector.matches($0.value) && options.fieldSelector.matches($0.value, request.descriptor)
      }
    }
    if let token = options.continuation {
      revision = token.revision
      objects = objects.filter { ($0.key.namespace, $0.key.name) > (token.namespace, token.name) }
    }
    var page = ListPage(objects: objects, revision: revision)
    guard let limit = options.limit, objects.count > limit else { return page }
    page.objects = Array(objects.prefix(limit))
    page.continuation = page.objects.last.map { ContinueToken(revision: revision, after: $0.key) }
    page.remaining = selectors ? nil : objects.count - limit
    return page
  }

  private func snapshot(
    _ request: ResourceRequest, _ options: RequestOptions
  ) throws(APIError) -> ([StoredObject], Int64) {
    let resource = request.resource.qualified
    if let token = options.continuation {
      if options.resourceVersion != nil && options.resourceVersion != "0" {
        throw .badRequest("specifying resource version is not allowed when using continue")
      }
      guard let objects = store.list(resource, namespace: request.namespace, asOf: token.revision) else {
        throw .expired("The provided continue parameter is too old to display a consistent list result; list again")
      }
      return (objects, token.revision)
    }
    guard let text = options.resourceVersion, text != "0" else {
      return store.list(resource, namespace: request.namespace)
    }
    let revision = try Self.revision(text)
    guard options.resourceVersionMatch == "Exact" else {
      let current = store.list(resource, namespace: request.namespace)
      if revision > current.revision { throw Self.tooLarge(revision, current: current.revision) }
      return current
    }
    guard let objects = store.list(resource, namespace: request.namespace, asOf: revision) else {
      throw .expired("The resourceVersion for the provided list is too old.")
    }
    return (objects, revision)
  }

  static func revision(_ text: String) throws(APIError) -> Int64 {
    guard let revision = Int64(text), revision >= 0 else {
      throw .badRequest("Invalid resource version \"\(text)\": must be a number that this server gave")
    }
    return revision
  }

  static func tooLarge(_ revision: Int64, current: Int64) -> APIError {
    APIError(
      code: 504, reason: "Timeout", message: "Too large resource version: \(revision), current: \(current)",
      details: [
        "causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
        "retryAfterSeconds": 1,
      ])
  }
}
