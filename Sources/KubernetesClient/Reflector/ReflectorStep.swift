/// What a reflector learns.
enum ReflectorInput<Object: KubernetesResource>: Sendable {
  case start
  case page(ObjectPage<Object>)
  case listFailed(ReflectorFailure)
  /// The server accepted the watch.
  case watchOpened
  case event(WatchEvent<Object>)
  /// The watch is over: by the server's will (nil) or by a failure; and how long it was open.
  case watchOver(ReflectorFailure?, lasted: Duration)
  /// A pause is over.
  case slept
}

/// What a reflector does next.
enum ReflectorAction: Sendable, Equatable {
  case list(continueToken: String)
  case watch(resourceVersion: String, timeout: Duration)
  /// Read the next event of the watch that is open.
  case readOn
  case sleep(Duration)
}

/// A change of state that people should know of.
enum ReflectorNotice: Sendable, Equatable {
  case synced(objects: Int)
  case relisting(reason: String)
  /// The first failure of its kind since all was well.
  case failing(reason: String)
  case recovered(failures: Int)
  case undecodable([Undecodable])
  /// The server does not know the kind, which is taken as having no objects of it.
  case missing
  /// The server knows a kind that it did not know before.
  case served(objects: Int)
}

/// The answer to one input: tell the consumer, tell people, go on.
struct ReflectorStep<Object: KubernetesResource>: Sendable {
  var deltas: [Delta<Object>] = []
  var notices: [ReflectorNotice] = []
  var action: ReflectorAction
}
