import Datapath
import KernelRuntime

/// Moves flows from one conntrack table to the other, as `cali_ct_move` says, which has the result too. Not attached anywhere:
/// the agent runs it while it resizes the tables.
#if KERNEL
  @c @section("syscall") @used
#endif
public func conntrack_move(_ context: UnsafeMutableRawPointer) -> Int32 {
  conntrackMove()
  return 0
}
