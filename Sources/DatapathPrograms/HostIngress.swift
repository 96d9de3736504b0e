import Datapath
import KernelRuntime

/// What the fabric sends: tc ingress of the node's data interface.
#if KERNEL
  @c @section("tc") @used
#endif
public func host_ingress(_ context: ProgramContext) -> Int32 {
  hostIngress(SocketBuffer(context)).rawValue
}

/// Where its packets go on once policies have decided: slot 3 of `cali_policy` (`PolicySlot`).
#if KERNEL
  @c @section("tc/cali_policy/3") @used
#endif
public func host_ingress_decided(_ context: ProgramContext) -> Int32 {
  hostIngressDecided(SocketBuffer(context)).rawValue
}
