import CalicoAPI
import Dataplane

/// How many entries the conntrack tables are to hold: as many as the settings say, or as many as they grew to.
///
/// A growth belongs to the configured size that it began at. Another one, or `Disabled`, ends it.
struct ConntrackTarget: Sendable {
  /// 0 before anybody knows.
  private(set) var configured: UInt32 = 0
  private(set) var scaling = ConntrackScaling.disabled
  private(set) var grown: GrownSize?

  init(remembered grown: GrownSize?) { self.grown = grown }

  var entries: UInt32 { max(configured, grown?.entries ?? 0) }

  /// Takes in what the settings say.
  mutating func configure(_ entries: UInt32, _ scaling: ConntrackScaling) {
    (configured, self.scaling) = (entries, scaling)
    if scaling == .disabled || grown?.configured != entries { grown = nil }
  }

  /// The size to grow to from tables that are full; nil if they are not to grow, or no longer what was looked at.
  func doubled(from capacity: UInt32) -> GrownSize? {
    guard scaling == .doubleIfFull, configured > 0, capacity == entries else { return nil }
    let (doubled, overflows) = capacity.multipliedReportingOverflow(by: 2)
    let most = ConntrackSize.range.upperBound
    guard capacity < most else { return nil }
    return GrownSize(configured: configured, entries: overflows ? most : min(doubled, most))
  }

  mutating func grow(_ size: GrownSize) { grown = size }
}
