import Datapath
import KernelRuntime

/// What a pod sends: tc ingress of its host-side interface.
#if KERNEL
  @c @section("tc") @used
#endif
public func workload_ingress(_ context: ProgramContext) -> Int32 {
  workloadIngress(SocketBuffer(context)).rawValue
}
