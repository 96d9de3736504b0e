import Datapath
import KernelRuntime

/// sendmsg(2) with an IPv4 address on a UDP socket.
#if KERNEL
  @c @section("cgroup/sendmsg4") @used
#endif
public func sendmsg4(_ context: SocketContext) -> Int32 {
  socketSend4(SocketAddressContext(context)).rawValue
}

/// sendmsg(2) with an IPv6 address on a UDP socket.
#if KERNEL
  @c @section("cgroup/sendmsg6") @used
#endif
public func sendmsg6(_ context: SocketContext) -> Int32 {
  socketSend6(SocketAddressContext(context)).rawValue
}
