import DataplaneABI
import UAPI

/// What a program at a cgroup's socket hook is handed.
public typealias SocketContext = UnsafeMutablePointer<bpf_sock_addr>

/// A socket, and the address that its system call is about: to be dialled, or to be shown to the caller.
public struct SocketAddressContext {
  let context: SocketContext

  @inline(__always) public init(_ context: SocketContext) { self.context = context }

  /// IANA protocol number. That of MPTCP, 262, is TCP's in its low octet, and TCP is what it is on the wire.
  @inline(__always) public var proto: UInt8 { UInt8(truncatingIfNeeded: context.pointee.protocol) }

  /// Of a hook of IPv4.
  @inline(__always) public var address4: IPv4Address {
    get { IPv4Address(rawValue: context.pointee.user_ip4) }
    nonmutating set { context.pointee.user_ip4 = newValue.rawValue }
  }

  /// Of a hook of IPv6.
  @inline(__always) public var address6: IPv6Address {
    get {
      IPv6Address(
        context.pointee.user_ip6.0, context.pointee.user_ip6.1, context.pointee.user_ip6.2,
        context.pointee.user_ip6.3)
    }
    nonmutating set {
      context.pointee.user_ip6.0 = newValue.word0
      context.pointee.user_ip6.1 = newValue.word1
      context.pointee.user_ip6.2 = newValue.word2
      context.pointee.user_ip6.3 = newValue.word3
    }
  }

  /// The IPv4 address inside an IPv4-mapped one (RFC 4291 section 2.5.5.2), of a hook of IPv6.
  @inline(__always) public var mappedAddress: IPv4Address {
    get { IPv4Address(rawValue: context.pointee.user_ip6.3) }
    nonmutating set { context.pointee.user_ip6.3 = newValue.rawValue }
  }

  @inline(__always) public var port: BigEndian16 {
    get { BigEndian16(rawValue: UInt16(truncatingIfNeeded: context.pointee.user_port)) }
    nonmutating set { context.pointee.user_port = UInt32(newValue.rawValue) }
  }

  /// The socket's own number.
  @inline(__always) public var cookie: KernelCookie {
    KernelCookie(Helper.socketCookie(UnsafeMutableRawPointer(context)))
  }

  /// The number of the network namespace that the socket belongs to.
  @inline(__always) public var namespaceCookie: KernelCookie {
    KernelCookie(Helper.namespaceCookie(UnsafeMutableRawPointer(context)))
  }
}
