import DataplaneABI
import KernelRuntime

/// What a packet is to conntrack. Not an enum: it lives in a map, and what a program reads there is just bytes.
struct PacketKind: RawRepresentable, Equatable, BitwiseCopyable {
  var rawValue: UInt8
  @inline(__always) init(rawValue: UInt8) { self.rawValue = rawValue }

  /// One of a flow.
  @inline(__always) static var flow: PacketKind { PacketKind(rawValue: 0) }
  /// ICMP echo, of a flow too: the identifier plays both ports.
  @inline(__always) static var echo: PacketKind { PacketKind(rawValue: 1) }
  /// ICMP about another packet.
  @inline(__always) static var icmpError: PacketKind { PacketKind(rawValue: 2) }
  /// Neighbour discovery, multicast listeners: between neighbours, never tracked.
  @inline(__always) static var linkMaintenance: PacketKind { PacketKind(rawValue: 3) }
}

/// Which part of a fragmented packet it is.
struct FragmentKind: RawRepresentable, Equatable, BitwiseCopyable {
  var rawValue: UInt8
  @inline(__always) init(rawValue: UInt8) { self.rawValue = rawValue }

  @inline(__always) static var whole: FragmentKind { FragmentKind(rawValue: 0) }
  /// The one with the transport header.
  @inline(__always) static var first: FragmentKind { FragmentKind(rawValue: 1) }
  @inline(__always) static var later: FragmentKind { FragmentKind(rawValue: 2) }
  /// A later one whose first has not come yet.
  @inline(__always) static var early: FragmentKind { FragmentKind(rawValue: 3) }
}

/// One packet, parsed. It lives in the CPU's scratch memory: subprograms take one pointer, and the verifier forgets which
/// constant went in where, so that paths that differ in nothing else count as one.
struct Packet<Family: IPFamily>: BitwiseCopyable {
  /// When it was seen, nanoseconds of CLOCK_MONOTONIC.
  var now: UInt64
  /// The flow it belongs to.
  var key: ConntrackKey<Family.Address>
  /// Who it is from and to.
  var tuple: Tuple<Family.Address>
  /// The interface whose hook saw it.
  var interfaceIndex: UInt32
  /// The same, with `ConntrackLeg.throughTunnel` if it came out of a tunnel there: then `tunnelEnd` is the node that sent it.
  var arrival: UInt32
  var tunnelEnd: Family.Address
  /// Bytes from the Ethernet header on.
  var length: UInt32
  /// TCP's numbers as they stand in the packet, SCTP's tags (`parseSCTP`); 0 for other protocols.
  var sequence: UInt32
  var acknowledgement: UInt32
  var proto: UInt8
  var hopLimit: UInt8
  /// The flag byte of TCP, what a packet of SCTP has in common with that (`parseSCTP`); 0 for other protocols.
  var tcpFlags: UInt8
  var kind: PacketKind
  /// Of an ICMP message: its type (bits 8 to 15) and code.
  var icmpDetail: UInt16
  /// 1 if the sender is the key's end A.
  var fromA: UInt32
  /// 1 if it has to go through the host stack whatever its entry says.
  var throughStack: UInt32
  /// 1 if it is a fragment, or SCTP, or if more than the fixed header stands before the transport's: then that is at
  /// `transport`, bytes from the Ethernet header on, and `payload` bytes long with what follows it.
  var extended: UInt32
  var transport: UInt32
  var payload: UInt32
  var fragment: FragmentKind
  var fragmentKey: FragmentKey<Family.Address>
  var fragmentPorts: FragmentPorts
  var heldKey: HeldFragmentKey<Family.Address>

  // Of a flow that is being opened, and off the stack.

  /// What follows once policies have decided.
  var pending: Pending
  /// `Route.policy` of the pod that sent it.
  var sourcePolicy: UInt32

  /// What the packets of the flow become.
  var translated: Tuple<Family.Address>
  /// Answers to that.
  var answers: Tuple<Family.Address>
  /// The route to `translated.destination`, and whether it was asked for.
  var way: Route<Family.Address>
  var wayState: WayState
  /// What the source is to this node, of a client of a service from the network.
  var sourceFlags: RouteFlags
  /// In which ends `translated` differs.
  var ends: TranslatedEnds
  /// The backend that was chosen; id 0 if none was.
  var backend: BackendKey
  /// The key of the flow's answers.
  var answersKey: ConntrackKey<Family.Address>
  /// 1 if the opener is end A of that.
  var answersOpenerIsA: UInt32
  /// The key of another entry that somebody looks at.
  var otherKey: ConntrackKey<Family.Address>
  /// The service that is asked for, and the client that asks.
  var frontendKey: FrontendKey<Family.Address>
  var choiceKey: ChoiceKey<Family.Address>
  var choice: Choice<Family.Address>
  /// The key of the backend that a flow leads to.
  var memberKey: MemberKey<Family.Address>
  /// 1 if the host's routing tables know a way for it; 1 if they know none.
  var isRouted: UInt32
  var isUnrouted: UInt32
  /// Of an ICMP error: the protocol of the packet it quotes, and by how much the sum of its own addresses grows.
  var quotedProto: UInt8
  var errorDifference: UInt16
  /// The longest packet that would have gone through, of one that was too long.
  var longest: UInt16
  /// In whose name an ICMP error about it speaks.
  var teller: Family.Address
  /// Where a packet that leaves the node goes.
  var neighbour: Neighbour

  /// Whether another node sent it on.
  @inline(__always) var cameThroughTunnel: Bool { arrival & ConntrackLeg.throughTunnel != 0 }
  @inline(__always) var source: Family.Address { tuple.source }
  @inline(__always) var destination: Family.Address { tuple.destination }
  @inline(__always) var sourcePort: BigEndian16 { tuple.sourcePort }
  @inline(__always) var destinationPort: BigEndian16 { tuple.destinationPort }
  @inline(__always) var sourceIsA: Bool { fromA != 0 }
  /// Whether it asks for a new connection.
  @inline(__always) var isSYN: Bool { tcpFlags & (TCPFlags.syn | TCPFlags.ack) == TCPFlags.syn }
  /// Whether it may begin a flow: any packet but TCP in mid-flow.
  @inline(__always) var mayOpen: Bool { proto != IPProtocolNumber.tcp || isSYN }
  /// Whether it may begin another flow in the place of its own.
  @inline(__always) var mayOpenAnew: Bool { mayOpen && (proto != IPProtocolNumber.sctp || isSYN) }
  @inline(__always) var isLaterFragment: Bool { fragment.rawValue >= FragmentKind.later.rawValue }
  /// Whether it has ports that services use.
  @inline(__always) var hasPorts: Bool { hasPlainPorts || proto == IPProtocolNumber.sctp }
  /// The same of one that is not `extended`.
  @inline(__always) var hasPlainPorts: Bool { proto == IPProtocolNumber.tcp || proto == IPProtocolNumber.udp }
}

/// A packet, in place.
typealias PacketPointer<Family: IPFamily> = UnsafeMutablePointer<Packet<Family>>

/// One entry of the conntrack table, in place.
typealias EntryPointer<Family: IPFamily> = UnsafeMutablePointer<ConntrackValue<Family.Address>>

/// A key of the conntrack table, in place.
typealias KeyPointer<Family: IPFamily> = UnsafeMutablePointer<ConntrackKey<Family.Address>>

extension UnsafeMutablePointer {
  @inline(__always) func key<Family: IPFamily>() -> KeyPointer<Family> where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.key) { $0 }
  }

  @inline(__always) func answersKey<Family: IPFamily>() -> KeyPointer<Family> where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.answersKey) { $0 }
  }

  @inline(__always) func tuple<Family: IPFamily>() -> UnsafeMutablePointer<Tuple<Family.Address>>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.tuple) { $0 }
  }

  @inline(__always) func translated<Family: IPFamily>() -> UnsafeMutablePointer<Tuple<Family.Address>>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.translated) { $0 }
  }

  @inline(__always) func otherKey<Family: IPFamily>() -> KeyPointer<Family> where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.otherKey) { $0 }
  }

  @inline(__always) func frontendKey<Family: IPFamily>() -> UnsafeMutablePointer<FrontendKey<Family.Address>>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.frontendKey) { $0 }
  }

  @inline(__always) func choiceKey<Family: IPFamily>() -> UnsafeMutablePointer<ChoiceKey<Family.Address>>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.choiceKey) { $0 }
  }

  @inline(__always) func choice<Family: IPFamily>() -> UnsafeMutablePointer<Choice<Family.Address>>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.choice) { $0 }
  }

  @inline(__always) func backend<Family: IPFamily>() -> UnsafeMutablePointer<BackendKey>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.backend) { $0 }
  }

  @inline(__always) func memberKey<Family: IPFamily>() -> UnsafeMutablePointer<MemberKey<Family.Address>>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.memberKey) { $0 }
  }

  @inline(__always) func heldKey<Family: IPFamily>() -> UnsafeMutablePointer<HeldFragmentKey<Family.Address>>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.heldKey) { $0 }
  }

  @inline(__always) func neighbour<Family: IPFamily>() -> UnsafeMutablePointer<Neighbour>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.neighbour) { $0 }
  }
}
