/// Which packets of an entry are translated, and where.
public struct TranslationKind: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt16
  @inlinable @inline(__always) public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// A plain flow.
  @inlinable @inline(__always) public static var none: TranslationKind { TranslationKind(rawValue: 0) }
  /// The entry {client, service}: the opener's packets get a new destination.
  @inlinable @inline(__always) public static var destination: TranslationKind { TranslationKind(rawValue: 1) }
  /// The entry {client, backend}: the answers get a new source.
  @inlinable @inline(__always) public static var source: TranslationKind { TranslationKind(rawValue: 2) }
}

/// What replaces an address and a port, with the effect on checksums worked out beforehand.
///
/// An entry that translates has a companion: its key is this entry's key with the end that is not the opener replaced by
/// `address` and `port`.
public struct Translation<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var address: Address
  public var port: BigEndian16
  public var kind: TranslationKind
  /// One's complement sum of `address` minus that of what it replaces, folded to 16 bits, native byte order (RFC 1624).
  public var addressDifference: UInt16
  /// The same for `port`.
  public var portDifference: UInt16
  /// The backend that was chosen, to tell whether it is still there.
  public var backend: BackendKey

  @inlinable @inline(__always)
  public init(
    address: Address, port: BigEndian16, kind: TranslationKind, addressDifference: UInt16, portDifference: UInt16,
    backend: BackendKey
  ) {
    self.address = address
    self.port = port
    self.kind = kind
    self.addressDifference = addressDifference
    self.portDifference = portDifference
    self.backend = backend
  }

  /// Leave packets as they are.
  @inlinable @inline(__always) public static var none: Translation {
    Translation(
      address: .any, port: BigEndian16(rawValue: 0), kind: .none, addressDifference: 0, portDifference: 0,
      backend: BackendKey(id: 0, ordinal: 0))
  }
}

/// Value of `cali_v4_ct` and `cali_v6_ct`: 120 or 144 bytes.
public struct ConntrackValue<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  /// Nanoseconds of CLOCK_MONOTONIC (bpf_ktime_get_ns).
  public var created: UInt64
  public var lastSeen: UInt64
  public var aToB: ConntrackLeg
  public var bToA: ConntrackLeg
  public var translation: Translation<Address>
  /// On link; for the leg whose forwarding is `neighbour`. One is enough: the other end of a tracked flow is on this node.
  public var nextHop: Address

  @inlinable @inline(__always)
  public init(
    created: UInt64, aToB: ConntrackLeg, bToA: ConntrackLeg, translation: Translation<Address>, nextHop: Address
  ) {
    self.created = created
    lastSeen = created
    self.aToB = aToB
    self.bToA = bToA
    self.translation = translation
    self.nextHop = nextHop
  }
}
