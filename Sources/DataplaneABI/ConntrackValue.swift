/// Which packets of an entry are translated.
public struct TranslationKind: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt16
  @inlinable @inline(__always) public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// A plain flow: none.
  @inlinable @inline(__always) public static var none: TranslationKind { TranslationKind(rawValue: 0) }
  /// The entry of the flow as its opener sees it: what the opener sends.
  @inlinable @inline(__always) public static var opener: TranslationKind { TranslationKind(rawValue: 1) }
  /// The entry of the flow as the other end sees it: what that end answers.
  @inlinable @inline(__always) public static var answers: TranslationKind { TranslationKind(rawValue: 2) }
  /// A service's flow whose backend is on another node: that translates it, this one passes it on. The tuple is what it becomes
  /// there, as far as this node knows.
  @inlinable @inline(__always) public static var relayed: TranslationKind { TranslationKind(rawValue: 3) }
}

/// Which ends a translation replaces.
public struct TranslatedEnds: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt16
  @inlinable @inline(__always) public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable @inline(__always) public static var source: TranslatedEnds { TranslatedEnds(rawValue: 0x1) }
  @inlinable @inline(__always) public static var destination: TranslatedEnds { TranslatedEnds(rawValue: 0x2) }
  /// The entry of what the flow's opener sends is under a key with `ConntrackKey.beside`.
  @inlinable @inline(__always) public static var beside: TranslatedEnds { TranslatedEnds(rawValue: 0x4) }
}

/// Who a packet is from and to. ICMP echo puts its identifier into both ports; protocols without ports put 0.
public struct Tuple<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var source: Address
  public var destination: Address
  public var sourcePort: BigEndian16
  public var destinationPort: BigEndian16

  @inlinable @inline(__always)
  public init(source: Address, sourcePort: BigEndian16, destination: Address, destinationPort: BigEndian16) {
    self.source = source
    self.destination = destination
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
  }

  /// From nobody to nobody.
  @inlinable @inline(__always) public static var none: Tuple {
    let noPort = BigEndian16(rawValue: 0)
    return Tuple(source: .any, sourcePort: noPort, destination: .any, destinationPort: noPort)
  }
}

/// What a packet's addresses and ports become, with the effect on checksums worked out beforehand.
///
/// A translated flow is two entries, one for each kind. The tuple of each, sent the other way, is what the other one
/// translates, so the key of an entry's companion is the key of its tuple (with `ConntrackKey.beside` where `ends` says so).
public struct Translation<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var tuple: Tuple<Address>
  public var kind: TranslationKind
  public var ends: TranslatedEnds
  /// One's complement sum of the new addresses minus that of the old ones, folded to 16 bits, native byte order (RFC 1624).
  public var addressDifference: UInt16
  /// The same for the ports.
  public var portDifference: UInt16
  /// The backend that was chosen, to tell whether it is still there; id 0 if it is no service's flow.
  public var backend: BackendKey

  @inlinable @inline(__always)
  public init(
    tuple: Tuple<Address>, kind: TranslationKind, ends: TranslatedEnds, addressDifference: UInt16,
    portDifference: UInt16, backend: BackendKey
  ) {
    self.tuple = tuple
    self.kind = kind
    self.ends = ends
    self.addressDifference = addressDifference
    self.portDifference = portDifference
    self.backend = backend
  }

  /// Leave packets as they are.
  @inlinable @inline(__always) public static var none: Translation {
    Translation(
      tuple: .none, kind: .none, ends: [], addressDifference: 0, portDifference: 0,
      backend: BackendKey(id: 0, ordinal: 0))
  }
}

/// Value of `cali_v4_ct` and `cali_v6_ct`: 152 or 200 bytes.
public struct ConntrackValue<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  /// Nanoseconds of CLOCK_MONOTONIC (bpf_ktime_get_ns).
  public var created: UInt64
  public var lastSeen: UInt64
  public var aToB: ConntrackLeg
  public var bToA: ConntrackLeg
  public var translation: Translation<Address>
  /// On link; each for its leg, if that leg's forwarding is `neighbour`.
  public var nextHopAToB: Address
  public var nextHopBToA: Address
  /// In the entry of a flow's answers, the low half of `SweepTally.turn` when a sweep last counted it; 0 in all others.
  public var padding: UInt32 = 0

  @inlinable @inline(__always)
  public init(
    created: UInt64, aToB: ConntrackLeg, bToA: ConntrackLeg, translation: Translation<Address>,
    nextHopAToB: Address = .any, nextHopBToA: Address = .any
  ) {
    self.created = created
    lastSeen = created
    self.aToB = aToB
    self.bToA = bToA
    self.translation = translation
    self.nextHopAToB = nextHopAToB
    self.nextHopBToA = nextHopBToA
  }
}
