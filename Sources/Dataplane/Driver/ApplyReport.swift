/// What came of one `apply`.
public struct ApplyReport: Sendable {
  /// What could not be done. Everything else was.
  public var failures: [DataplaneFailure] = []
  /// Sentences about what could not be done and matters to no packet.
  public var remarks: Set<String> = []
  /// Interfaces of pods that carry traffic now: programs attached, routes in place, up.
  public var readyWorkloads: Set<String> = []
  /// Pods whose interface is not there yet, by the interface's name.
  public var awaitedInterfaces: Set<String> = []
  /// Interfaces to other nodes that have their program.
  public var readyDataInterfaces: Set<String> = []

  /// How long to wait at most before the next `apply`, although nothing failed; nil when there is no need of one.
  public var nextWithin: Duration?

  public init() {}
}

/// One thing that could not be brought to its desired state.
public struct DataplaneFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What it is: "pod default/web (caliabc)", "map cali_v4_nat_fe".
  public var subject: String
  /// Why, and what to do if that is known.
  public var reason: String

  public init(subject: String, reason: String) {
    self.subject = subject
    self.reason = reason
  }

  public var description: String { "\(subject): \(reason)" }
}
