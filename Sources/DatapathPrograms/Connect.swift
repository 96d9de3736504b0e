import Datapath
import KernelRuntime

/// connect(2) with an IPv4 address.
#if KERNEL
  @c @section("cgroup/connect4") @used
#endif
public func connect4(_ context: SocketContext) -> Int32 {
  socketConnect4(SocketAddressContext(context)).rawValue
}

/// connect(2) with an IPv6 address.
#if KERNEL
  @c @section("cgroup/connect6") @used
#endif
public func connect6(_ context: SocketContext) -> Int32 {
  socketConnect6(SocketAddressContext(context)).rawValue
}

/// The same for TCP only.
#if KERNEL
  @c @section("cgroup/connect4") @used
#endif
public func connect4_tcp(_ context: SocketContext) -> Int32 {
  let socket = SocketAddressContext(context)
  return isTCP(socket) ? socketConnect4(socket).rawValue : SocketVerdict.allow.rawValue
}

/// The same for TCP only.
#if KERNEL
  @c @section("cgroup/connect6") @used
#endif
public func connect6_tcp(_ context: SocketContext) -> Int32 {
  let socket = SocketAddressContext(context)
  return isTCP(socket) ? socketConnect6(socket).rawValue : SocketVerdict.allow.rawValue
}
