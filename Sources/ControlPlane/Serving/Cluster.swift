import Foundation
import Logging
import ServiceLifecycle

/// The objects of the cluster with the controllers that act on them.
struct Cluster: Service {
  let operations: ResourceOperations
  let logger: Logger

  /// - Parameter historyCapacity: changes remembered for watches and pages.
  init(
    database: ObjectDatabase, logger: Logger, historyCapacity: Int = 20_000,
    now: @escaping @Sendable () -> Date = { Date() }
  ) throws {
    let store = try ObjectStore(database: database, historyCapacity: historyCapacity)
    operations = ResourceOperations(store: store, registry: .standard, now: now)
    self.logger = logger
  }

  /// Makes what every cluster has.
  func prepare() async throws {
    let request = ResourceRequest(.namespace)
    let now = operations.now()
    try await operations.store.write { transaction in
      for name in ResourceDescriptor.initialNamespaces
      where transaction.object(request.key(name)) == nil {
        _ = try ResourceOperations.create(request, ["metadata": ["name": .string(name)]], transaction, now: now)
      }
      for name in ResourceDescriptor.initialNamespaces {
        try ServiceAccountController.ensure(name, transaction, now: now)
      }
      let tiers = ResourceRequest(.tier)
      for tier in ResourceDescriptor.initialTiers
      where transaction.object(tiers.key(tier["metadata"]?["name"]?.string ?? "")) == nil {
        _ = try ResourceOperations.create(tiers, tier, transaction, now: now)
      }
    }
  }

  /// Runs the controllers until the server stops and all watches end, theirs included.
  func run() async throws {
    let store = operations.store
    await withGracefulShutdownHandler {
      await withTaskCancellationHandler {
        await runControllers()
      } onCancel: {
        store.closeWatches()
      }
    } onGracefulShutdown: {
      store.closeWatches()
    }
    // A listener that stops first ends the watches too; a service may not end before it is told to.
    try? await gracefulShutdown()
  }

  func runControllers() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await EndpointSliceController(operations: operations, logger: logger).run() }
      group.addTask { await OrphanedPodController(operations: operations, logger: logger).run() }
      group.addTask { await ServiceAccountController(operations: operations, logger: logger).run() }
      group.addTask { await NamespaceController(operations: operations, logger: logger).run() }
    }
  }
}
