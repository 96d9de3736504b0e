/// What one direction of a flow has seen and is allowed. The bits are in Calico's order.
public struct LegFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt16
  @inlinable @inline(__always) public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// A packet with that TCP flag went this way.
  @inlinable @inline(__always) public static var synSeen: LegFlags { LegFlags(rawValue: 0x1) }
  @inlinable @inline(__always) public static var ackSeen: LegFlags { LegFlags(rawValue: 0x2) }
  @inlinable @inline(__always) public static var finSeen: LegFlags { LegFlags(rawValue: 0x4) }
  @inlinable @inline(__always) public static var rstSeen: LegFlags { LegFlags(rawValue: 0x8) }
  /// Packets may go this way.
  @inlinable @inline(__always) public static var approved: LegFlags { LegFlags(rawValue: 0x10) }
  /// The flow's first packet went this way.
  @inlinable @inline(__always) public static var opener: LegFlags { LegFlags(rawValue: 0x20) }
  /// Nobody is there to receive what goes this way: its sender gets a RST. Sweeps set it and take it back.
  @inlinable @inline(__always) public static var backendGone: LegFlags { LegFlags(rawValue: 0x40) }
  /// What goes this way goes through a tunnel, to the node that is the leg's next hop.
  @inlinable @inline(__always) public static var tunnelled: LegFlags { LegFlags(rawValue: 0x80) }
  /// What is answered to it does not come by here.
  @inlinable @inline(__always) public static var answeredElsewhere: LegFlags { LegFlags(rawValue: 0x100) }
  /// What goes this way may belong to another flow, that of the key beside (`ConntrackKey.beside`).
  @inlinable @inline(__always) public static var shared: LegFlags { LegFlags(rawValue: 0x200) }
  /// Of a service that is asked for from outside the node, here: what goes this way through the host stack gets the mark
  /// `NodeState.externalMark`.
  @inlinable @inline(__always) public static var fromOutside: LegFlags { LegFlags(rawValue: 0x400) }
}

/// How packets of one direction leave this node's programs.
public struct ForwardingKind: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt16
  @inlinable @inline(__always) public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Not resolved yet.
  @inlinable @inline(__always) public static var unresolved: ForwardingKind { ForwardingKind(rawValue: 0) }
  /// Through the host's own network stack.
  @inlinable @inline(__always) public static var stack: ForwardingKind { ForwardingKind(rawValue: 1) }
  /// Straight into the pod behind `interfaceIndex`, with its `mac` (bpf_redirect_peer).
  @inlinable @inline(__always) public static var workload: ForwardingKind { ForwardingKind(rawValue: 2) }
  /// Out of `interfaceIndex` to the direction's next hop (bpf_redirect_neigh).
  @inlinable @inline(__always) public static var neighbour: ForwardingKind { ForwardingKind(rawValue: 3) }
  /// Into the node itself, by its loopback interface: from its own address to its own address.
  @inlinable @inline(__always) public static var loopback: ForwardingKind { ForwardingKind(rawValue: 5) }
  /// Out of `interfaceIndex` to the direction's next hop, a node, inside a packet to that node.
  @inlinable @inline(__always) public static var tunnel: ForwardingKind { ForwardingKind(rawValue: 4) }
}

/// One direction of a flow: 48 bytes.
public struct ConntrackLeg: Hashable, Sendable, BitwiseCopyable {
  /// Packets that went this way, and their bytes from the Ethernet header on. Counted without atomic operations: packets of
  /// one direction that run on two CPUs at once may be counted as one.
  public var packets: UInt64
  public var bytes: UInt64
  public var flags: LegFlags
  /// The longest IP packet that goes this way in one piece, bytes; 0 where that is not known.
  public var mtu: UInt16
  /// Where packets of this direction have to come in; 0 while none was seen, or while they come from the host itself. With
  /// `throughTunnel` if they came out of a tunnel there.
  public var arrivalInterface: UInt32
  /// `NodeState.routeGeneration` when `mtu` and the next three were resolved.
  public var generation: UInt32
  public var interfaceIndex: UInt32
  public var forwarding: ForwardingKind
  /// The destination pod's Ethernet address, if `forwarding` is `workload`.
  public var mac: MACAddress
  /// TCP's numbers as they stand in the packets, in network byte order: the last that was acknowledged this way, and that of
  /// the SYN.
  public var acknowledged: UInt32
  public var initialSequence: UInt32

  /// The bit of `arrivalInterface` that no interface's index has.
  @inlinable @inline(__always) public static var throughTunnel: UInt32 { 0x8000_0000 }

  @inlinable @inline(__always)
  public init(flags: LegFlags, arrivalInterface: UInt32, generation: UInt32) {
    packets = 0
    bytes = 0
    self.flags = flags
    mtu = 0
    self.arrivalInterface = arrivalInterface
    self.generation = generation
    interfaceIndex = 0
    forwarding = .unresolved
    mac = .none
    acknowledged = 0
    initialSequence = 0
  }
}
