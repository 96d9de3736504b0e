extension ResourceOperations {
  /// Gives a pod its node, as a scheduler does.
  /// - Throws: 404 when the pod is missing, 409 when it has a node, 422 when the binding names none.
  func bind(_ request: ResourceRequest, name: String, _ binding: JSON, dryRun: Bool) async throws {
    guard let node = binding["target"]?["name"]?.string, !node.isEmpty else {
      throw APIError.invalid(request.resource, name, [.required("target.name")])
    }
    try await store.write(dryRun: dryRun) { transaction in
      guard let pod = transaction.object(request.key(name)) else { throw APIError.notFound(request.resource, name) }
      if let current = pod.value["spec"]?["nodeName"]?.string, !current.isEmpty {
        throw APIError.conflict(request.resource, name, "pod \(name) is already assigned to node \"\(current)\"")
      }
      var value = pod.value
      value[["spec", "nodeName"]] = .string(node)
      transaction.put(pod.key, value)
    }
  }
}
