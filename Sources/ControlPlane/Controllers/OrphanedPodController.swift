import Logging

/// Removes pods that no node can end: those of a node that was deleted, and those that are being deleted while their
/// node does not exist.
struct OrphanedPodController: Sendable {
  private static let pods = ResourceDescriptor.pod.name.qualified
  private static let nodes = ResourceDescriptor.node.name

  let operations: ResourceOperations
  let logger: Logger

  func run() async {
    guard let subscription = operations.store.watch([Self.pods, Self.nodes.qualified]) else { return }
    for object in subscription.initial where isDeleted(object) { await removeOrphans { $0.key == object.key } }
    for await item in subscription.items {
      guard case .change(let change) = item else { continue }
      let object = change.object
      switch change.kind {
      case .deleted where object.key.resource == Self.nodes.qualified:
        await removeOrphans { $0.value["spec"]?["nodeName"]?.string == object.key.name }
      case .modified where isDeleted(object): await removeOrphans { $0.key == object.key }
      default: break
      }
    }
  }

  private func isDeleted(_ object: StoredObject) -> Bool {
    object.key.resource == Self.pods && object.value["metadata"]?["deletionTimestamp"] != nil
  }

  /// Removes those of the chosen pods whose node does not exist.
  private func removeOrphans(_ isChosen: @escaping @Sendable (StoredObject) -> Bool) async {
    let now = operations.now()
    do {
      let options = try DeleteOptions(["gracePeriodSeconds": 0], RequestOptions())
      try await operations.store.write { transaction in
        for pod in transaction.list(Self.pods) where isChosen(pod) {
          guard let node = pod.value["spec"]?["nodeName"]?.string, !node.isEmpty,
            transaction.object(ObjectKey(Self.nodes, namespace: "", name: node)) == nil
          else { continue }
          _ = ResourceOperations.delete(pod, .pod, options, transaction, now: now)
        }
      }
    } catch {
      logger.error("pods of a node that is gone not removed", metadata: ["error": "\(error)"])
    }
  }
}
