import DataplaneABI
import KernelRuntime

/// connect(2) with an IPv4 address.
@inline(__always) public func socketConnect4(_ socket: SocketAddressContext) -> SocketVerdict {
  do throws(Drop) {
    try IPv4Form.connect(socket)
    return .allow
  } catch {
    return verdict(on: error)
  }
}

/// connect(2) with an IPv6 address, which may hold an IPv4 one.
@inline(__always) public func socketConnect6(_ socket: SocketAddressContext) -> SocketVerdict {
  do throws(Drop) {
    if MappedForm.matches(socket) { try MappedForm.connect(socket) } else { try IPv6Form.connect(socket) }
    return .allow
  } catch {
    return verdict(on: error)
  }
}

/// sendto(2) or sendmsg(2) with an IPv4 address, on a UDP socket of either family.
@inline(__always) public func socketSend4(_ socket: SocketAddressContext) -> SocketVerdict {
  do throws(Drop) {
    try IPv4Form.send(socket)
    return .allow
  } catch {
    return verdict(on: error)
  }
}

/// sendto(2) or sendmsg(2) with an IPv6 address on a UDP socket. The kernel takes one that holds an IPv4 address to `socketSend4`.
@inline(__always) public func socketSend6(_ socket: SocketAddressContext) -> SocketVerdict {
  do throws(Drop) {
    try IPv6Form.send(socket)
    return .allow
  } catch {
    return verdict(on: error)
  }
}

/// An IPv4 address that is about to be shown: who sent a datagram, whom the socket is connected to.
@inline(__always) public func socketShow4(_ socket: SocketAddressContext) -> SocketVerdict {
  IPv4Form.restore(socket)
  return .allow
}

/// The same of IPv6; on a socket of IPv6 that talks IPv4, an IPv4-mapped one.
@inline(__always) public func socketShow6(_ socket: SocketAddressContext) -> SocketVerdict {
  if MappedForm.matches(socket) { MappedForm.restore(socket) } else { IPv6Form.restore(socket) }
  return .allow
}

/// Whether the socket's protocol is TCP.
@inline(__always) public func isTCP(_ socket: SocketAddressContext) -> Bool { socket.proto == IPProtocolNumber.tcp }

/// Nobody answers at a frontend without backends: that is told at once. A backend that is only missing from the map is left to the
/// packets, by when it may be there.
@inline(__always) private func verdict(on drop: Drop) -> SocketVerdict {
  countAtSocket(drop)
  guard drop == .noBackend else { return .allow }
  Kernel.fail(with: .connectionRefused)
  return .refuse
}
