import AsyncHTTPClient

extension APIClient {
  /// Watches from a version on. Returns when the server has accepted the watch.
  ///
  /// - Parameters:
  ///   - resourceVersion: Where to start: that of a list, or of the last event or bookmark seen.
  ///   - timeout: When the server shall end the watch.
  ///   - bookmarks: Whether the server shall tell from time to time how far it is.
  public func watch<Object: KubernetesResource>(
    _ type: Object.Type, _ scope: ListScope = ListScope(), from resourceVersion: String,
    timeout: Duration = .seconds(300), bookmarks: Bool = true
  ) async throws(KubernetesError) -> WatchStream<Object> {
    let path = try ResourcePath.collection(type, namespace: scope.namespace)
    var query = scope.query
    query.add("watch", "true")
    query.add("resourceVersion", resourceVersion)
    query.add("timeoutSeconds", "\(max(1, timeout.components.seconds))")
    query.add("allowWatchBookmarks", bookmarks ? "true" : "")
    let name = "watch \(type.plural)"
    let response = try await open(request(.get, path, query), name, within: limits.answer)
    return WatchStream(body: response.body, name: name, client: self)
  }
}
