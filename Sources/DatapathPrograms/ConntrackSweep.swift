import DataplaneABI
import Datapath
import KernelRuntime

/// Removes the flows that are over, of both families; `cali_ct_sweep` has the result. Not attached anywhere: the agent runs it.
///
/// The context is a `SweepRequest`.
#if KERNEL
  @c @section("syscall") @used
#endif
public func conntrack_sweep(_ context: UnsafeMutableRawPointer) -> Int32 {
  conntrackSweep(SweepRequest(rawValue: context.assumingMemoryBound(to: UInt32.self).pointee))
  return 0
}
