import Datapath
import KernelRuntime

/// recvmsg(2) that asks who sent, on a UDP socket of IPv4.
#if KERNEL
  @c @section("cgroup/recvmsg4") @used
#endif
public func recvmsg4(_ context: SocketContext) -> Int32 {
  socketShow4(SocketAddressContext(context)).rawValue
}

/// recvmsg(2) that asks who sent, on a UDP socket of IPv6.
#if KERNEL
  @c @section("cgroup/recvmsg6") @used
#endif
public func recvmsg6(_ context: SocketContext) -> Int32 {
  socketShow6(SocketAddressContext(context)).rawValue
}
