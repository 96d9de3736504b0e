/// When flows are told to ask policies again because members of sets have come or gone: at once, but at most once a second. Pods come
/// and go by the thousand in a large cluster, and each time all flows of the node ask.
struct MembershipRaise {
  private var isAwaited = false
  private var last: ContinuousClock.Instant?
  private static let pause = Duration.seconds(1)

  mutating func expect() { isAwaited = true }

  /// Whether it is to be done now.
  func isDue(_ now: ContinuousClock.Instant) -> Bool { isAwaited && remaining(now) <= .zero }

  /// It was done, for whatever reason.
  mutating func raised(_ now: ContinuousClock.Instant) {
    guard isAwaited else { return }
    isAwaited = false
    last = now
  }

  /// How long it has to wait yet; nil if there is nothing to be done.
  func pause(_ now: ContinuousClock.Instant) -> Duration? { isAwaited ? max(remaining(now), .zero) : nil }

  private func remaining(_ now: ContinuousClock.Instant) -> Duration {
    last.map { Self.pause - (now - $0) } ?? .zero
  }
}
