import Datapath
import KernelRuntime

/// What a pod sends: tc ingress of its host-side interface.
#if KERNEL
  @c @section("tc") @used
#endif
public func workload_ingress(_ context: ProgramContext) -> Int32 {
  workloadIngress(SocketBuffer(context)).rawValue
}

/// Where its packets go on once policies have decided: slot 1 of `cali_policy` (`PolicySlot`).
#if KERNEL
  @c @section("tc/cali_policy/1") @used
#endif
public func workload_ingress_decided(_ context: ProgramContext) -> Int32 {
  workloadIngressDecided(SocketBuffer(context)).rawValue
}
