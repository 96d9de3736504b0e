import Synchronization

/// Follows several kinds and gives their changes in batches, as one sequence of the consumer's own events.
///
/// ```swift
/// enum Change { case pod(Delta<Pod>), service(Delta<Service>) }
///
/// let informer = Informer<Change>([
///   .watch(Pod.self, client, ListScope(fields: FieldSelector(.equals("spec.nodeName", node)))) { .pod($0) },
///   .watch(Service.self, client) { .service($0) },
/// ])
/// await withTaskGroup { group in
///   group.addTask { await informer.run() }
///   for await batch in informer { … }
///   group.cancelAll()
/// }
/// ```
///
/// A batch is all that waits at the moment it is asked for: of each object the latest state, of each kind in the order
/// of change. Nothing is dropped: where the consumer is slow, reading from the server pauses.
/// One task at a time may iterate.
public final class Informer<Event: Sendable>: AsyncSequence, Sendable {
  public typealias Element = [Event]
  public typealias Failure = Never

  private let sources: [Source]
  private let wake: Signal
  private let isFinished = Mutex(false)

  /// A kind to follow.
  public struct Source: Sendable {
    fileprivate let start: @Sendable (Signal) -> Running

    /// Follows the objects of a kind in a scope.
    ///
    /// - Parameter event: Makes the consumer's event of a delta.
    public static func watch<Object: KubernetesResource>(
      _ type: Object.Type, _ client: APIClient, _ scope: ListScope = ListScope(),
      settings: ReflectorSettings = ReflectorSettings(), as event: @escaping @Sendable (Delta<Object>) -> Event
    ) -> Source {
      Source { wake in
        let channel = DeltaChannel<Object>(limit: settings.bufferLimit, wake: wake)
        let reflector = Reflector(client: client, scope: scope, settings: settings, channel: channel)
        return Running(
          run: { await reflector.run() }, drain: { channel.drain().map(event) }, health: { reflector.health })
      }
    }
  }

  fileprivate struct Running: Sendable {
    let run: @Sendable () async -> Void
    let drain: @Sendable () -> [Event]
    let health: @Sendable () -> ReflectorHealth
  }

  private let running: [Running]

  public init(_ sources: [Source]) {
    let wake = Signal()
    self.wake = wake
    self.sources = sources
    running = sources.map { $0.start(wake) }
  }

  /// How each kind is doing, in the order of the sources.
  public var health: [ReflectorHealth] { running.map { $0.health() } }

  /// Follows the kinds until the task is cancelled; then the sequence ends.
  public func run() async {
    await withTaskGroup { group in
      for source in running { group.addTask { await source.run() } }
    }
    isFinished.withLock { $0 = true }
    wake.notify()
  }

  public func makeAsyncIterator() -> Iterator { Iterator(informer: self) }

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let informer: Informer

    /// The next batch, never empty; nil after `run` has ended or when the task is cancelled.
    public func next() async -> [Event]? { await informer.nextBatch() }
  }

  private func nextBatch() async -> [Event]? {
    while !Task.isCancelled {
      let isFinished = isFinished.withLock { $0 }
      let batch = running.flatMap { $0.drain() }
      if !batch.isEmpty { return batch }
      if isFinished { return nil }
      await wake.wait()
    }
    return nil
  }
}

extension Informer {
  /// Follows a single kind.
  public convenience init<Object: KubernetesResource>(
    of type: Object.Type, _ client: APIClient, _ scope: ListScope = ListScope(),
    settings: ReflectorSettings = ReflectorSettings()
  ) where Event == Delta<Object> {
    self.init([.watch(type, client, scope, settings: settings) { $0 }])
  }
}
