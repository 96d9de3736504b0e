import Logging

/// Empties namespaces that are being deleted, and then removes them.
struct NamespaceController: Sendable {
  let operations: ResourceOperations
  let logger: Logger

  func run() async {
    guard let subscription = operations.store.watch(nil) else { return }
    let namespaces = ResourceDescriptor.namespace.name.qualified
    for object in subscription.initial where object.key.resource == namespaces {
      await finalize(object.key)
    }
    for await item in subscription.items {
      guard case .change(let change) = item else { continue }
      if change.object.key.resource == namespaces {
        if change.kind == .modified { await finalize(change.object.key) }
      } else if change.kind == .deleted, !change.object.key.namespace.isEmpty {
        await finalize(ObjectKey(resource: namespaces, namespace: "", name: change.object.key.namespace))
      }
    }
  }

  /// Does the next step for a namespace; nothing when it is not being deleted.
  private func finalize(_ key: ObjectKey) async {
    guard operations.store.object(key)?.value["metadata"]?["deletionTimestamp"] != nil else { return }
    let now = operations.now()
    let resources = operations.registry.resources.filter(\.namespaced)
    do {
      let query = RequestOptions()
      let options = try DeleteOptions(nil, query)
      try await operations.store.write { transaction in
        guard transaction.object(key)?.value["metadata"]?["deletionTimestamp"] != nil else { return }
        var remaining = 0
        for descriptor in resources {
          for object in transaction.list(descriptor.name.qualified, namespace: key.name) {
            let result = ResourceOperations.delete(object, descriptor, options, transaction, now: now)
            if case .terminating = result { remaining += 1 }
          }
        }
        if remaining == 0 { transaction.delete(key) }
      }
    } catch {
      logger.error("namespace not emptied", metadata: ["namespace": "\(key.name)", "error": "\(error)"])
    }
  }
}
