/// The limits of a reflector.
public struct ReflectorSettings: Sendable {
  /// Objects in a page of a list.
  public var pageLimit = 500
  /// When the server shall end a watch, drawn from this range: watches of many clients end spread out in time. The
  /// range is client-go's.
  public var watchTimeout: ClosedRange<Duration> = .seconds(300)...(.seconds(600))
  /// The first pause after a failure.
  public var backoffBase: Duration = .milliseconds(250)
  /// The longest pause after a failure.
  public var backoffCap: Duration = .seconds(30)
  /// A watch that ends sooner and without an event counts as a failure.
  public var shortestWatch: Duration = .seconds(1)
  /// Changed objects that wait for the consumer before reading pauses.
  public var bufferLimit = 2048

  /// Whether a server that does not know the kind at all (404) counts as one that has no objects of it. It is asked again
  /// with the longest pause.
  public var mayBeMissing = false

  public init() {}

  /// For a kind that not every cluster has.
  public static var optional: ReflectorSettings {
    var settings = ReflectorSettings()
    settings.mayBeMissing = true
    return settings
  }
}
