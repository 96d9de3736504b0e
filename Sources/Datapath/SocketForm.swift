import DataplaneABI
import KernelRuntime

/// What connect-time balancing needs of an IP family.
protocol SocketFamily: IPFamily {
  static var dialled: LRUHashMap<PeerKey<Address>, FrontendKey<Address>> { get set }
}

extension IPv4: SocketFamily {
  static var dialled: LRUHashMap<PeerKey<IPv4Address>, FrontendKey<IPv4Address>> {
    @inline(__always) get { cali_v4_ct_nats }
    @inline(__always) _modify { yield &cali_v4_ct_nats }
  }
}

extension IPv6: SocketFamily {
  static var dialled: LRUHashMap<PeerKey<IPv6Address>, FrontendKey<IPv6Address>> {
    @inline(__always) get { cali_v6_ct_nats }
    @inline(__always) _modify { yield &cali_v6_ct_nats }
  }
}

/// How a system call writes an address.
protocol SocketForm {
  associatedtype Family: SocketFamily
  static func address(_ socket: SocketAddressContext) -> Family.Address
  static func setAddress(_ socket: SocketAddressContext, _ address: Family.Address)
}

/// An address of a hook of IPv4.
enum IPv4Form: SocketForm {
  typealias Family = IPv4
  @inline(__always) static func address(_ socket: SocketAddressContext) -> IPv4Address { socket.address4 }
  @inline(__always) static func setAddress(_ socket: SocketAddressContext, _ address: IPv4Address) {
    socket.address4 = address
  }
}

/// An address of a hook of IPv6.
enum IPv6Form: SocketForm {
  typealias Family = IPv6
  @inline(__always) static func address(_ socket: SocketAddressContext) -> IPv6Address { socket.address6 }
  @inline(__always) static func setAddress(_ socket: SocketAddressContext, _ address: IPv6Address) {
    socket.address6 = address
  }
}

/// An IPv4 address inside an IPv6 one, by which a socket of IPv6 talks IPv4 (RFC 4291 section 2.5.5.2).
enum MappedForm: SocketForm {
  typealias Family = IPv4
  @inline(__always) static func address(_ socket: SocketAddressContext) -> IPv4Address { socket.mappedAddress }
  @inline(__always) static func setAddress(_ socket: SocketAddressContext, _ address: IPv4Address) {
    socket.mappedAddress = address
  }

  /// Whether the address that a hook of IPv6 sees is one: ::ffff:0:0/96.
  @inline(__always) static func matches(_ socket: SocketAddressContext) -> Bool {
    let address = socket.address6
    return address.word0 | address.word1 == 0 && address.word2 == UInt32(0xffff).bigEndian
  }
}
