import Datapath
import KernelRuntime

/// getpeername(2) of a socket of IPv4.
#if KERNEL
  @c @section("cgroup/getpeername4") @used
#endif
public func getpeername4(_ context: SocketContext) -> Int32 {
  socketShow4(SocketAddressContext(context)).rawValue
}

/// getpeername(2) of a socket of IPv6.
#if KERNEL
  @c @section("cgroup/getpeername6") @used
#endif
public func getpeername6(_ context: SocketContext) -> Int32 {
  socketShow6(SocketAddressContext(context)).rawValue
}
