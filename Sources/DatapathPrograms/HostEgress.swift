import Datapath
import KernelRuntime

/// What the host stack sends: tc egress of the node's data interface, and of loopback.
#if KERNEL
  @c @section("tc") @used
#endif
public func host_egress(_ context: ProgramContext) -> Int32 {
  hostEgress(SocketBuffer(context)).rawValue
}
