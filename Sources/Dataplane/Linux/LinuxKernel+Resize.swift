import EBPF

/// What a change of the size of the tables of flows did.
public struct ResizeReport: Sendable, Equatable {
  /// Entries each conntrack table is made for now.
  public var entries: UInt32
  /// Entries that were moved, of both families, those of kept connections included.
  public var moved: UInt64
  /// Entries that found no place.
  public var refused: UInt64
  public var duration: Duration

  public init(entries: UInt32, moved: UInt64, refused: UInt64, duration: Duration) {
    self.entries = entries
    self.moved = moved
    self.refused = refused
    self.duration = duration
  }
}

extension LinuxKernel {
  /// Makes the tables of flows hold so many entries, while packets go on. Takes seconds, most of them for loading programs.
  ///
  /// Call it from one thread at a time. When it throws before the first change, all is as it was. Otherwise the pins say what was
  /// reached, and the next call, of this process or another, goes on from there.
  ///
  /// - Parameter begins: called if there is something to do.
  /// - Returns: nil if there was nothing to do.
  public func resizeConntrack(
    to entries: UInt32, begins: () -> Void = {}
  ) throws -> ResizeReport? {
    try resizeConntrack(to: entries, begins: begins, effect: {})
  }

  /// - Parameter effect: called before each change of the kernel; what it throws ends the work there.
  func resizeConntrack(
    to entries: UInt32, begins: () -> Void = {}, effect: @escaping () throws -> Void
  ) throws -> ResizeReport? {
    let resize = ConntrackResize(kernel: self, effect: effect)
    guard try resize.isNeeded(for: entries) else { return nil }
    begins()
    let start = ContinuousClock.now
    let total = try resize.run(to: entries)
    return ResizeReport(
      entries: entries, moved: total.moved, refused: total.refused, duration: ContinuousClock.now - start)
  }
}
