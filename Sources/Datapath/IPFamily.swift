import DataplaneABI
import KernelRuntime

/// What differs between IPv4 and IPv6. Everything else in this module is written once, over this protocol.
protocol IPFamily {
  associatedtype Address: IPAddress
  /// The fixed header as it stands in a packet.
  associatedtype Header

  static var conntrack: LRUHashMap<ConntrackKey<Address>, ConntrackValue<Address>> { get set }
  /// Connections that were confirmed, in case the table above gives them up. An LRU table in need of room gives up what was not
  /// used for longest, whoever it belongs to; this one keeps what it has.
  static var established: HashMap<ConntrackKey<Address>, ConntrackValue<Address>> { get set }
  /// The other table of each kind, where flows may be while the tables are resized (`BothTables.swift`).
  static var otherConntrack: LRUHashMap<ConntrackKey<Address>, ConntrackValue<Address>> { get set }
  static var otherEstablished: HashMap<ConntrackKey<Address>, ConntrackValue<Address>> { get set }
  static var routes: LPMTrie<RouteKey<Address>, Route<Address>> { get set }
  static var frontends: HashMap<FrontendKey<Address>, Frontend> { get set }
  static var backends: HashMap<BackendKey, Backend<Address>> { get set }
  /// The slots of Maglev tables.
  static var maglev: HashMap<BackendKey, Backend<Address>> { get set }
  static var fragments: LRUHashMap<FragmentKey<Address>, FragmentPorts> { get set }
  static var heldFragments: LRUHashMap<HeldFragmentKey<Address>, HeldFragment> { get set }
  static var members: HashMap<MemberKey<Address>, MemberFlags> { get set }
  /// Which backend somebody keeps to.
  static var choices: LRUHashMap<ChoiceKey<Address>, Choice<Address>> { get set }
  /// Clients that services take from outside.
  static var sourceRanges: LPMTrie<SourceRangeKey<Address>, UInt32> { get set }

  /// One turn of the search for a source port. (A function that the kernel calls cannot be generic.)
  static var tryPort: LoopBody { get }
  /// One turn of the search for a place to hold a fragment in, and of sending those that are held.
  static var holdFragment: LoopBody { get }
  static var sendHeldFragment: LoopBody { get }

  /// Room for the packet, and to build an entry in.
  static func scratchPacket(_ scratch: UnsafeMutablePointer<Scratch>) -> PacketPointer<Self>
  static func scratchEntry(_ scratch: UnsafeMutablePointer<Scratch>) -> EntryPointer<Self>

  /// The family's ICMP: 1 or 58.
  static var icmp: UInt8 { get }
  /// Type and code of its echo request, as in `Packet.icmpDetail`.
  static var echoRequest: UInt16 { get }
  /// Where slots of the family are among those of a pod (`PolicySlot`).
  static var policyFamily: UInt32 { get }
  /// Whether the checksum of ICMP covers a pseudo header.
  static var icmpCoversAddresses: Bool { get }

  /// Reads and checks the header. `length` is that of the whole packet, Ethernet included.
  static func fields(
    of header: UnsafeMutablePointer<Header>, length: UInt32, isSegmented: Bool
  ) throws(Drop) -> IPFields<Address>

  /// Whether the transport header follows this one, is whole, and is not SCTP's, which is read where packets are not plain: one
  /// comparison here is all that others pay for it.
  static func isPlain(_ header: UnsafeMutablePointer<Header>) -> Bool
  /// Reads the header, and those between it and the transport's: `tuple`'s addresses, `proto`, `hopLimit`, `transport`,
  /// `payload`, `fragment` and `fragmentKey` of the packet.
  static func readExtended(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop)

  /// Reads the header of a packet that is quoted in part; nil if it does not say who it was from and to and what follows it.
  static func quoted(_ header: UnsafeMutablePointer<Header>) -> IPFields<Address>?

  /// What an ICMP message of this type is to a flow.
  static func kind(ofICMP type: UInt8) -> PacketKind
  /// Whether the address names a group, or every host on a link.
  static func isMulticast(_ address: Address) -> Bool
  /// Whether no router passes packets to the address on.
  static func staysOnLink(_ address: Address) -> Bool
  /// Whether a router may cut the packet in pieces.
  static func mayBeFragmented(_ view: PacketView) -> Bool
  /// This node's own address; any if it has none.
  static func nodeAddress(_ node: UnsafeMutablePointer<NodeState>) -> Address

  /// A number that comes of who a packet is from and to, on every node the same.
  static func hash(
    _ source: Address, _ sourcePort: UInt32, _ destination: Address, _ destinationPort: UInt32, _ proto: UInt32
  ) -> UInt32
  static func checksumSum(_ address: Address) -> UInt16
  static func neighbour(_ nextHop: Address) -> Neighbour
  /// What `neighbour` made of an address, back.
  static func address(of nextHop: IPv6Address) -> Address
  /// Whether it means the host itself, on each host.
  static func isLoopback(_ address: Address) -> Bool
  static func setAddresses(_ header: UnsafeMutablePointer<Header>, _ source: Address, _ destination: Address)
  static func destination(_ header: UnsafeMutablePointer<Header>) -> Address
  /// A header of our own before `payloadLength` bytes of `proto`.
  static func write(
    _ header: UnsafeMutablePointer<Header>, source: Address, destination: Address, proto: UInt8, payloadLength: UInt16)

  /// The ICMP message that says that nobody listens at a port.
  static var portUnreachable: (type: UInt8, code: UInt8) { get }
  /// The one that says that a packet is too long for the way on.
  static var tooBig: (type: UInt8, code: UInt8) { get }
  /// Says that the headers that a tunnel puts before a packet are of this family.
  static var roomFlags: RoomFlags { get }
  /// Of all words of a header, its own checksum included.
  static func sum(_ header: UnsafeMutablePointer<Header>) -> UInt16
  /// What the checksum of an ICMP message of `length` bytes covers beside it, given the sum of the two addresses.
  static func icmpPseudoHeaderSum(_ addresses: UInt32, _ length: UInt16) -> UInt32

  /// Takes one from the hop limit, if `decrement`, and accounts for it and for an address that changed by
  /// `addressDifference` in the header's checksum, where there is one.
  static func finish(_ header: UnsafeMutablePointer<Header>, decrement: Bool, addressDifference: UInt16)
  /// Keeps the sum that receiving hardware gave of the whole packet (CHECKSUM_COMPLETE) that of its bytes after `finish`.
  static func keepWholeSum(_ buffer: SocketBuffer, decrement: Bool, addressDifference: UInt16)
}

/// What an IP header says, whatever its family.
struct IPFields<Address: IPAddress> {
  var source: Address
  var destination: Address
  /// IANA protocol number of what follows.
  var proto: UInt8
  var hopLimit: UInt8
  /// Bytes after the header, as the header says.
  var payloadLength: UInt32
}

extension IPFamily {
  /// Where the IP header begins: every interface here is Ethernet.
  @inline(__always) static var headerOffset: Int { EthernetAddresses.headerLength }
  /// Where TCP, UDP or ICMP begins.
  @inline(__always) static var transportOffset: Int { EthernetAddresses.headerLength &+ MemoryLayout<Header>.size }
}
