/// While one of these exists the kernel notes how often each program runs, and how long that takes, in `ProgramInfo`
/// (BPF_ENABLE_STATS). That costs each run of any program some 20 ns.
public final class RunTimes: Sendable {
  private let descriptor: Descriptor

  public init() throws(KernelError) {
    var attributes = Attributes(size: 4)
    attributes.set(RunTimes.kind, at: 0)
    do {
      descriptor = try attributes.open(.enableStatistics)
    } catch {
      throw KernelError("enable", "run times of programs", errno: error)
    }
  }

  /// BPF_STATS_RUN_TIME of linux/bpf.h.
  private static let kind: UInt32 = 0
}
