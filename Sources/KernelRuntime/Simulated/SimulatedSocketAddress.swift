import DataplaneABI

/// What a program at a cgroup's socket hook is handed.
public typealias SocketContext = SimulatedSocketAddress

/// A socket and an address, as the kernel hands them to a program at a cgroup's socket hook.
public final class SimulatedSocketAddress {
  /// `bpf_sock_addr.protocol`: IANA protocol number, or IPPROTO_MPTCP.
  public var proto: UInt32
  /// The hooks of IPv4 see one, those of IPv6 the other.
  public var address4 = IPv4Address.any
  public var address6 = IPv6Address.any
  public var port: BigEndian16
  public var cookie: UInt64
  public var namespaceCookie: UInt64

  public init(proto: UInt32, port: BigEndian16, cookie: UInt64, namespaceCookie: UInt64) {
    self.proto = proto
    self.port = port
    self.cookie = cookie
    self.namespaceCookie = namespaceCookie
  }
}

/// A socket, and the address that its system call is about: to be dialled, or to be shown to the caller.
public struct SocketAddressContext {
  let context: SocketContext

  public init(_ context: SocketContext) { self.context = context }

  /// IANA protocol number. That of MPTCP, 262, is TCP's in its low octet, and TCP is what it is on the wire.
  public var proto: UInt8 { UInt8(truncatingIfNeeded: context.proto) }

  /// Of a hook of IPv4.
  public var address4: IPv4Address {
    get { context.address4 }
    nonmutating set { context.address4 = newValue }
  }

  /// Of a hook of IPv6.
  public var address6: IPv6Address {
    get { context.address6 }
    nonmutating set { context.address6 = newValue }
  }

  /// The IPv4 address inside an IPv4-mapped one (RFC 4291 section 2.5.5.2), of a hook of IPv6.
  public var mappedAddress: IPv4Address {
    get { IPv4Address(rawValue: context.address6.word3) }
    nonmutating set { context.address6.word3 = newValue.rawValue }
  }

  public var port: BigEndian16 {
    get { context.port }
    nonmutating set { context.port = newValue }
  }

  /// The socket's own number.
  public var cookie: KernelCookie {
    SimulatedKernel.current.calls.append(.cookie)
    return KernelCookie(context.cookie)
  }

  /// The number of the network namespace that the socket belongs to.
  public var namespaceCookie: KernelCookie {
    SimulatedKernel.current.calls.append(.cookie)
    return KernelCookie(context.namespaceCookie)
  }
}
