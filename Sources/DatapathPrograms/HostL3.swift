import Datapath
import KernelRuntime

/// What a fabric without link headers sends: tc ingress of a node's L3 interface.
#if KERNEL
  @c @section("tc") @used
#endif
public func host_ingress_l3(_ context: ProgramContext) -> Int32 {
  hostIngressL3(SocketBuffer(context)).rawValue
}

/// What the host stack sends there: tc egress of the same interface.
#if KERNEL
  @c @section("tc") @used
#endif
public func host_egress_l3(_ context: ProgramContext) -> Int32 {
  hostEgressL3(SocketBuffer(context)).rawValue
}
