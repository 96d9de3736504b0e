/// The number that the kernel gives a socket (`bpf_get_socket_cookie`) or a network namespace (`bpf_get_netns_cookie`): one of
/// its kind has it, until the machine starts anew.
///
/// Two words rather than one, so that keys that hold it are 4-byte aligned and free of padding.
public struct KernelCookie: Hashable, Sendable, BitwiseCopyable {
  /// Native byte order.
  public var low: UInt32
  public var high: UInt32

  @inlinable @inline(__always) public init(_ number: UInt64) {
    low = UInt32(truncatingIfNeeded: number)
    high = UInt32(truncatingIfNeeded: number &>> 32)
  }
}

/// Who keeps to a backend. Not an enum: it lives in a map.
public struct ChooserKind: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt8
  @inlinable @inline(__always) public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// All sockets of a network namespace, a pod's or the host's: session affinity.
  @inlinable @inline(__always) public static var namespace: ChooserKind { ChooserKind(rawValue: 1) }
  /// A client, by its address, whose packets ask for a service.
  @inlinable @inline(__always) public static var client: ChooserKind { ChooserKind(rawValue: 3) }
  /// One UDP socket, from datagram to datagram.
  @inlinable @inline(__always) public static var socket: ChooserKind { ChooserKind(rawValue: 2) }
}

/// Key of `cali_v4_nat_aff` and `cali_v6_nat_aff` (LRU hash): who chose a backend, and of which frontend. 20 or 44 bytes.
///
/// Calico's key has the client's address, and at connect time none: there all clients of a node share one backend.
public struct ChoiceKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  /// 0 for a client.
  public var chooser: KernelCookie
  /// A client's address; otherwise any.
  public var client: Address
  public var address: Address
  public var port: BigEndian16
  /// IANA protocol number.
  public var proto: UInt8
  /// Which kind of number `chooser` is.
  public var kind: ChooserKind

  @inlinable @inline(__always)
  public init(_ kind: ChooserKind, _ chooser: KernelCookie, of frontend: FrontendKey<Address>) {
    self.chooser = chooser
    client = .any
    self.kind = kind
    address = frontend.address
    port = frontend.port
    proto = frontend.proto
  }
}

extension ChoiceKey {
  /// The key of a client's choice.
  @inlinable @inline(__always) public init(_ client: Address, of frontend: FrontendKey<Address>) {
    self.init(.client, KernelCookie(0), of: frontend)
    self.client = client
  }
}

/// Value of `cali_v4_nat_aff` and `cali_v6_nat_aff`: the backend that was chosen. 20 or 32 bytes.
public struct Choice<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  /// When, in seconds of CLOCK_MONOTONIC; 0 for a socket's choice, which has no end.
  public var second: UInt32
  public var key: BackendKey
  /// What `key` led to then.
  public var backend: Backend<Address>

  @inlinable @inline(__always) public init(second: UInt32, key: BackendKey, backend: Backend<Address>) {
    self.second = second
    self.key = key
    self.backend = backend
  }
}

/// Key of `cali_v4_ct_nats` and `cali_v6_ct_nats` (LRU hash): a socket, and whom it really talks to. 16 or 28 bytes; the value is
/// the `FrontendKey` that it dialled.
public struct PeerKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var socket: KernelCookie
  public var address: Address
  public var port: BigEndian16
  /// IANA protocol number.
  public var proto: UInt8
  public var padding: UInt8 = 0

  @inlinable @inline(__always)
  public init(socket: KernelCookie, address: Address, port: BigEndian16, proto: UInt8) {
    self.socket = socket
    self.address = address
    self.port = port
    self.proto = proto
  }
}
