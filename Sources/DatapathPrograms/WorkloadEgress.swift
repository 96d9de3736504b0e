import Datapath
import KernelRuntime

/// What the host stack sends to a pod: tc egress of its host-side interface.
#if KERNEL
  @c @section("tc") @used
#endif
public func workload_egress(_ context: ProgramContext) -> Int32 {
  workloadEgress(SocketBuffer(context)).rawValue
}
