import CalicoAPI
import Foundation
import Logging

/// Gives every namespace the service account that pods get which name none, also after somebody deleted it.
struct ServiceAccountController: Sendable {
  private static let accounts = ResourceDescriptor.serviceAccount.name.qualified
  private static let namespaces = ResourceDescriptor.namespace.name.qualified

  let operations: ResourceOperations
  let logger: Logger

  func run() async {
    guard let subscription = operations.store.watch([Self.accounts, Self.namespaces]) else { return }
    for object in subscription.initial where object.key.resource == Self.namespaces { await ensure(object.key.name) }
    for await item in subscription.items {
      guard case .change(let change) = item else { continue }
      let key = change.object.key
      if key.resource == Self.namespaces {
        if change.kind == .added { await ensure(key.name) }
      } else if change.kind == .deleted, key.name == ServiceAccount.defaultName {
        await ensure(key.namespace)
      }
    }
  }

  private func ensure(_ namespace: String) async {
    let now = operations.now()
    do {
      try await operations.store.write { transaction in
        try Self.ensure(namespace, transaction, now: now)
      }
    } catch {
      logger.error("no default service account", metadata: ["namespace": "\(namespace)", "error": "\(error)"])
    }
  }
}

extension ServiceAccountController {
  /// Makes the service account of a namespace unless it is there; a namespace that is going, or gone, gets none.
  static func ensure(_ namespace: String, _ transaction: StoreTransaction, now: Date) throws(APIError) {
    let request = ResourceRequest(.serviceAccount, namespace: namespace)
    let key = ObjectKey(ResourceDescriptor.namespace.name, namespace: "", name: namespace)
    guard let object = transaction.object(key), object.value["metadata"]?["deletionTimestamp"] == nil,
      transaction.object(request.key(ServiceAccount.defaultName)) == nil
    else { return }
    _ = try ResourceOperations.create(
      request, ["metadata": ["name": .string(ServiceAccount.defaultName)]], transaction, now: now)
  }
}
