import Datapath
import KernelRuntime

/// What the host stack sends to a pod: tc egress of its host-side interface.
#if KERNEL
  @c @section("tc") @used
#endif
public func workload_egress(_ context: ProgramContext) -> Int32 {
  workloadEgress(SocketBuffer(context)).rawValue
}

/// Where its packets go on once policies have decided: slot 2 of `cali_policy` (`PolicySlot`).
#if KERNEL
  @c @section("tc/cali_policy/2") @used
#endif
public func workload_egress_decided(_ context: ProgramContext) -> Int32 {
  workloadEgressDecided(SocketBuffer(context)).rawValue
}
