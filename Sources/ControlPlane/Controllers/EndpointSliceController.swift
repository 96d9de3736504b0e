import Foundation
import Logging

/// Keeps the EndpointSlices of Services with selectors as the pods are.
///
/// It reacts to each change at once; what changes while it writes is taken together in the next round.
struct EndpointSliceController: Sendable {
  private static let services = ResourceDescriptor.service.name
  private static let pods = ResourceDescriptor.pod.name
  private static let nodes = ResourceDescriptor.node.name
  private static let slices = ResourceDescriptor.endpointSlice.name

  let operations: ResourceOperations
  let logger: Logger

  func run() async {
    let resources: Set<String> = [
      Self.services.qualified, Self.pods.qualified, Self.slices.qualified, Self.nodes.qualified,
    ]
    guard let subscription = operations.store.watch(resources) else { return }
    let queue = WorkQueue<ObjectKey>()
    queue.mark(subscription.initial.flatMap { affected(by: $0) })
    await withDiscardingTaskGroup { group in
      group.addTask {
        for await item in subscription.items {
          guard case .change(let change) = item else { continue }
          // Nodes change all the time, their zones hardly ever.
          if change.object.key.resource == Self.nodes.qualified, !Self.changesZone(change) { continue }
          let before = change.previous.map(affected) ?? []
          queue.mark(before.union(affected(by: change.object)))
        }
        queue.finish()
      }
      await queue.run { await reconcile($0) }
    }
  }

  /// The services whose slices may depend on an object.
  private func affected(by object: StoredObject) -> Set<ObjectKey> {
    switch object.key.resource {
    case Self.services.qualified: return [object.key]
    case Self.pods.qualified:
      let services = operations.store.list(Self.services.qualified, namespace: object.key.namespace).objects
      return Set(services.filter { ServiceSelection($0.value)?.matches(object.value) ?? false }.map(\.key))
    case Self.nodes.qualified:
      let all = operations.store.list(Self.services.qualified, namespace: nil).objects
      return Set(all.filter { ServiceSelection($0.value) != nil }.map(\.key))
    default:
      guard Self.isOwn(object), let name = Self.serviceName(object) else { return [] }
      return [ObjectKey(Self.services, namespace: object.key.namespace, name: name)]
    }
  }

  private static func changesZone(_ change: Change) -> Bool {
    zone(change.previous) != (change.kind == .deleted ? nil : zone(change.object))
  }

  private static func zone(_ node: StoredObject?) -> String? {
    node?.value["metadata"]?["labels"]?["topology.kubernetes.io/zone"]?.string
  }

  private static func isOwn(_ slice: StoredObject) -> Bool {
    slice.value["metadata"]?["labels"]?[ServiceSelection.managedBy]?.string == ServiceSelection.controllerName
  }

  private static func serviceName(_ slice: StoredObject) -> String? {
    slice.value["metadata"]?["labels"]?[ServiceSelection.serviceName]?.string
  }

  private func reconcile(_ services: Set<ObjectKey>) async {
    let now = operations.now()
    let logger = logger
    do {
      try await operations.store.write { transaction in
        for service in services.sorted() {
          do {
            try Self.reconcile(service, transaction, now: now)
          } catch {
            logger.error(
              "EndpointSlices not updated",
              metadata: ["service": "\(service.namespace)/\(service.name)", "error": "\(error)"])
          }
        }
      }
    } catch {
      logger.error("EndpointSlices not stored", metadata: ["error": "\(error)"])
    }
  }

  private static func reconcile(_ key: ObjectKey, _ transaction: StoreTransaction, now: Date) throws(APIError) {
    let service = transaction.object(key)?.value
    let own = transaction.list(slices.qualified, namespace: key.namespace).filter {
      isOwn($0) && serviceName($0) == key.name
    }
    let pods = service == nil ? [] : transaction.list(pods.qualified, namespace: key.namespace)
    let zones = transaction.list(nodes.qualified).compactMap { node in zone(node).map { (node.key.name, $0) } }
    let plan = EndpointSlicePlan(
      service: service, pods: pods.map(\.value), slices: own.map(\.value),
      zones: Dictionary(zones) { $1 }, triggerTime: Timestamp.microseconds(now))
    let request = ResourceRequest(.endpointSlice, namespace: key.namespace)
    for name in plan.delete { transaction.delete(request.key(name)) }
    for (name, slice) in plan.update {
      guard let stored = own.first(where: { $0.key.name == name }) else { continue }
      _ = try ResourceOperations.update(request, stored, with: slice, transaction, now: now)
    }
    let namespace = transaction.object(
      ObjectKey(ResourceDescriptor.namespace.name, namespace: "", name: key.namespace))
    // Nothing new goes into a namespace that is being deleted.
    guard namespace?.value["metadata"]?["deletionTimestamp"] == nil else { return }
    for slice in plan.create { _ = try ResourceOperations.create(request, slice, transaction, now: now) }
  }
}
