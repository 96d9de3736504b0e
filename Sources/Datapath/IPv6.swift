import DataplaneABI
import KernelRuntime

/// RFC 8200.
enum IPv6: IPFamily {
  typealias Address = IPv6Address
  typealias Header = IPv6Header

  static var conntrack: LRUHashMap<ConntrackKey<IPv6Address>, ConntrackValue<IPv6Address>> {
    @inline(__always) get { cali_v6_ct }
    @inline(__always) _modify { yield &cali_v6_ct }
  }
  static var established: HashMap<ConntrackKey<IPv6Address>, ConntrackValue<IPv6Address>> {
    @inline(__always) get { cali_v6_ct_est }
    @inline(__always) _modify { yield &cali_v6_ct_est }
  }
  static var otherConntrack: LRUHashMap<ConntrackKey<IPv6Address>, ConntrackValue<IPv6Address>> {
    @inline(__always) get { cali_v6_ct_2 }
    @inline(__always) _modify { yield &cali_v6_ct_2 }
  }
  static var otherEstablished: HashMap<ConntrackKey<IPv6Address>, ConntrackValue<IPv6Address>> {
    @inline(__always) get { cali_v6_est_2 }
    @inline(__always) _modify { yield &cali_v6_est_2 }
  }
  static var routes: LPMTrie<RouteKey<IPv6Address>, Route<IPv6Address>> {
    @inline(__always) get { cali_v6_routes }
    @inline(__always) _modify { yield &cali_v6_routes }
  }
  static var frontends: HashMap<FrontendKey<IPv6Address>, Frontend> {
    @inline(__always) get { cali_v6_nat_fe }
    @inline(__always) _modify { yield &cali_v6_nat_fe }
  }
  static var backends: HashMap<BackendKey, Backend<IPv6Address>> {
    @inline(__always) get { cali_v6_nat_be }
    @inline(__always) _modify { yield &cali_v6_nat_be }
  }
  static var maglev: HashMap<BackendKey, Backend<IPv6Address>> {
    @inline(__always) get { cali_v6_mglv2 }
    @inline(__always) _modify { yield &cali_v6_mglv2 }
  }
  static var fragments: LRUHashMap<FragmentKey<IPv6Address>, FragmentPorts> {
    @inline(__always) get { cali_v6_frgfwd }
    @inline(__always) _modify { yield &cali_v6_frgfwd }
  }
  static var heldFragments: LRUHashMap<HeldFragmentKey<IPv6Address>, HeldFragment> {
    @inline(__always) get { cali_v6_frgheld }
    @inline(__always) _modify { yield &cali_v6_frgheld }
  }
  static var members: HashMap<MemberKey<IPv6Address>, MemberFlags> {
    @inline(__always) get { cali_v6_nat_mem }
    @inline(__always) _modify { yield &cali_v6_nat_mem }
  }

  static var choices: LRUHashMap<ChoiceKey<IPv6Address>, Choice<IPv6Address>> {
    @inline(__always) get { cali_v6_nat_aff }
    @inline(__always) _modify { yield &cali_v6_nat_aff }
  }
  static var sourceRanges: LPMTrie<SourceRangeKey<IPv6Address>, UInt32> {
    @inline(__always) get { cali_v6_nat_src }
    @inline(__always) _modify { yield &cali_v6_nat_src }
  }

  static var tryPort: LoopBody {
    @inline(__always) get { { _, search in IPv6.tryPort(search.assumingMemoryBound(to: PortSearch.self)) } }
  }
  static var holdFragment: LoopBody {
    @inline(__always) get { { slot, search in IPv6.hold(slot, search.assumingMemoryBound(to: SlotSearch.self)) } }
  }
  static var sendHeldFragment: LoopBody {
    @inline(__always) get {
      { slot, sending in IPv6.sendHeld(slot, sending.assumingMemoryBound(to: HeldSending.self)) }
    }
  }

  @inline(__always) static func scratchPacket(_ scratch: UnsafeMutablePointer<Scratch>) -> PacketPointer<IPv6> {
    withUnsafeMutablePointer(to: &scratch.pointee.packet6) { $0 }
  }
  @inline(__always) static func scratchEntry(_ scratch: UnsafeMutablePointer<Scratch>) -> EntryPointer<IPv6> {
    withUnsafeMutablePointer(to: &scratch.pointee.entry6) { $0 }
  }

  @inline(__always) static var icmpCoversAddresses: Bool { true }
  @inline(__always) static var icmp: UInt8 { IPProtocolNumber.icmpv6 }
  @inline(__always) static var echoRequest: UInt16 { 128 &<< 8 }
  @inline(__always) static var policyFamily: UInt32 { 2 }

  @inline(__always)
  static func fields(
    of header: UnsafeMutablePointer<IPv6Header>, length: UInt32, isSegmented: Bool
  ) throws(Drop) -> IPFields<IPv6Address> {
    guard header.pointee.versionClassFlow.bigEndian &>> 28 == 6 else { throw .malformed }
    let present = length &- UInt32(truncatingIfNeeded: transportOffset)
    var payload = UInt32(header.pointee.payloadLength.host)
    // A packet that stands for more than 64 KiB says 0 (BIG TCP).
    if payload == 0, isSegmented { payload = present }
    guard payload <= present else { throw .truncated }
    return IPFields(
      source: header.pointee.source, destination: header.pointee.destination, proto: header.pointee.nextHeader,
      hopLimit: header.pointee.hopLimit, payloadLength: payload)
  }

  /// An extension header passes for a protocol without ports, whose flow nobody knows.
  @inline(__always)
  static func quoted(_ header: UnsafeMutablePointer<IPv6Header>) -> IPFields<IPv6Address>? {
    guard header.pointee.versionClassFlow.bigEndian &>> 28 == 6 else { return nil }
    return IPFields(
      source: header.pointee.source, destination: header.pointee.destination, proto: header.pointee.nextHeader,
      hopLimit: header.pointee.hopLimit, payloadLength: 0)
  }

  @inline(__always) static func isPlain(_ header: UnsafeMutablePointer<IPv6Header>) -> Bool {
    !NextHeader.isExtension(header.pointee.nextHeader) && header.pointee.nextHeader != NextHeader.fragment
      && header.pointee.nextHeader != IPProtocolNumber.sctp
  }

  /// Type numbers: RFC 4443, RFC 4861 (neighbour discovery), RFC 3810 and RFC 2710 (multicast listeners).
  @inline(__always) static func kind(ofICMP type: UInt8) -> PacketKind {
    switch type {
    case 128, 129: .echo
    case 130...136, 143: .linkMaintenance
    case 0...127: .icmpError
    default: .flow
    }
  }

  /// ff00::/8
  @inline(__always) static func isMulticast(_ address: IPv6Address) -> Bool { address.word0.bigEndian &>> 24 == 0xff }

  /// fe80::/10, and multicast of interface or link scope (RFC 4291 sections 2.5.6 and 2.7).
  @inline(__always) static func staysOnLink(_ address: IPv6Address) -> Bool {
    let first = address.word0.bigEndian
    return first & 0xffc0_0000 == 0xfe80_0000 || first & 0xff0f_0000 == 0xff01_0000
      || first & 0xff0f_0000 == 0xff02_0000
  }

  /// Only by who sends it.
  @inline(__always) static func mayBeFragmented(_ view: PacketView) -> Bool { false }

  @inline(__always) static func nodeAddress(_ node: UnsafeMutablePointer<NodeState>) -> IPv6Address {
    node.pointee.address6
  }

  @inline(__always)
  static func hash(
    _ source: IPv6Address, _ sourcePort: UInt32, _ destination: IPv6Address, _ destinationPort: UInt32, _ proto: UInt32
  ) -> UInt32 {
    var hash = WordHash(words: 11)
    hash.mix(source.word0, source.word1, source.word2)
    hash.mix(source.word3, destination.word0, destination.word1)
    hash.mix(destination.word2, destination.word3, proto)
    return hash.finish(sourcePort, destinationPort)
  }
  @inline(__always) static func checksumSum(_ address: IPv6Address) -> UInt16 { Checksum.sum(address) }
  @inline(__always) static func neighbour(_ nextHop: IPv6Address) -> Neighbour { Neighbour(nextHop) }
  @inline(__always) static func address(of nextHop: IPv6Address) -> IPv6Address { nextHop }
  /// ::1
  @inline(__always) static func isLoopback(_ address: IPv6Address) -> Bool {
    address == IPv6Address(0, 0, 0, UInt32(1).bigEndian)
  }
  @inline(__always)
  static func setAddresses(
    _ header: UnsafeMutablePointer<IPv6Header>, _ source: IPv6Address, _ destination: IPv6Address
  ) {
    header.pointee.source = source
    header.pointee.destination = destination
  }
  @inline(__always) static func destination(_ header: UnsafeMutablePointer<IPv6Header>) -> IPv6Address {
    header.pointee.destination
  }

  @inline(__always)
  static func write(
    _ header: UnsafeMutablePointer<IPv6Header>, source: IPv6Address, destination: IPv6Address, proto: UInt8,
    payloadLength: UInt16
  ) {
    header.pointee.versionClassFlow = UInt32(0x6000_0000).bigEndian
    header.pointee.payloadLength = BigEndian16(payloadLength)
    header.pointee.nextHeader = proto
    header.pointee.hopLimit = 64
    header.pointee.source = source
    header.pointee.destination = destination
  }

  @inline(__always) static var portUnreachable: (type: UInt8, code: UInt8) { (1, 4) }
  @inline(__always) static var tooBig: (type: UInt8, code: UInt8) { (2, 0) }
  @inline(__always) static var roomFlags: RoomFlags { .ipv6 }

  @inline(__always) static func sum(_ header: UnsafeMutablePointer<IPv6Header>) -> UInt16 {
    let first = header.pointee.versionClassFlow
    var sum = (first & 0xffff) &+ (first &>> 16) &+ UInt32(header.pointee.payloadLength.rawValue)
    sum &+= UInt32((UInt16(header.pointee.nextHeader) &<< 8 | UInt16(header.pointee.hopLimit)).bigEndian)
    sum &+= UInt32(Checksum.sum(header.pointee.source)) &+ UInt32(Checksum.sum(header.pointee.destination))
    return Checksum.fold(sum)
  }

  /// RFC 8200 section 8.1.
  @inline(__always) static func icmpPseudoHeaderSum(_ addresses: UInt32, _ length: UInt16) -> UInt32 {
    addresses &+ UInt32(length.bigEndian) &+ UInt32(UInt16(IPProtocolNumber.icmpv6).bigEndian)
  }

  @inline(__always)
  static func finish(_ header: UnsafeMutablePointer<IPv6Header>, decrement: Bool, addressDifference: UInt16) {
    if decrement { header.pointee.hopLimit &-= 1 }
  }

  /// Nothing in the header makes up for its hop limit; nor for addresses, unless the transport checksum does, and then the
  /// kernel has accounted for them as if it did not (`bpf_l4_csum_replace` before BPF_F_IPV6 of Linux 6.16).
  @inline(__always)
  static func keepWholeSum(_ buffer: SocketBuffer, decrement: Bool, addressDifference: UInt16) {
    // The low byte of a word is one less.
    let hop = decrement ? UInt32(~UInt16(0x0001).bigEndian) : 0
    buffer.adjustWholeSum(by: hop &+ UInt32(addressDifference))
  }
}
