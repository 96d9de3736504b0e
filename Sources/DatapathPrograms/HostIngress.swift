import Datapath
import KernelRuntime

/// What the fabric sends: tc ingress of the node's data interface.
#if KERNEL
  @c @section("tc") @used
#endif
public func host_ingress(_ context: ProgramContext) -> Int32 {
  hostIngress(SocketBuffer(context)).rawValue
}
