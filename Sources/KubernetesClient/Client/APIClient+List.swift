import AsyncHTTPClient

extension APIClient {
  /// Reads one page of a list, of the most recent state.
  ///
  /// - Parameters:
  ///   - limit: The greatest number of items, 0 for all.
  ///   - continueToken: The token of the page before. A token that is too old is refused with 410.
  public func page<Object: KubernetesResource>(
    of type: Object.Type, _ scope: ListScope = ListScope(), limit: Int = 500, continueToken: String = ""
  ) async throws(KubernetesError) -> ObjectPage<Object> {
    let path = try ResourcePath.collection(type, namespace: scope.namespace)
    var query = scope.query
    query.add("limit", limit > 0 ? "\(limit)" : "")
    query.add("continue", continueToken)
    return try await exchange(ObjectPage<Object>.self, request(.get, path, query), "list \(type.plural)")
  }

  /// Reads a whole list, page by page; fails where one object cannot be read.
  public func list<Object: KubernetesResource>(
    _ type: Object.Type, _ scope: ListScope = ListScope(), pageLimit: Int = 500
  ) async throws(KubernetesError) -> [Object] {
    var objects: [Object] = []
    var token = ""
    repeat {
      let page = try await page(of: type, scope, limit: pageLimit, continueToken: token)
      if let bad = page.undecodable.first {
        throw .invalidAnswer(request: "list \(type.plural)", reason: "\(type.kind) \(bad.key): \(bad.reason)")
      }
      objects += page.items
      token = page.continueToken
    } while !token.isEmpty
    return objects
  }
}
