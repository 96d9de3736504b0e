import DataplaneABI
import KernelRuntime

/// RFC 791.
enum IPv4: IPFamily {
  typealias Address = IPv4Address
  typealias Header = IPv4Header

  static var conntrack: LRUHashMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>> {
    @inline(__always) get { cali_v4_ct }
    @inline(__always) _modify { yield &cali_v4_ct }
  }
  static var established: HashMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>> {
    @inline(__always) get { cali_v4_ct_est }
    @inline(__always) _modify { yield &cali_v4_ct_est }
  }
  static var otherConntrack: LRUHashMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>> {
    @inline(__always) get { cali_v4_ct_2 }
    @inline(__always) _modify { yield &cali_v4_ct_2 }
  }
  static var otherEstablished: HashMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>> {
    @inline(__always) get { cali_v4_est_2 }
    @inline(__always) _modify { yield &cali_v4_est_2 }
  }
  static var routes: LPMTrie<RouteKey<IPv4Address>, Route<IPv4Address>> {
    @inline(__always) get { cali_v4_routes }
    @inline(__always) _modify { yield &cali_v4_routes }
  }
  static var frontends: HashMap<FrontendKey<IPv4Address>, Frontend> {
    @inline(__always) get { cali_v4_nat_fe }
    @inline(__always) _modify { yield &cali_v4_nat_fe }
  }
  static var backends: HashMap<BackendKey, Backend<IPv4Address>> {
    @inline(__always) get { cali_v4_nat_be }
    @inline(__always) _modify { yield &cali_v4_nat_be }
  }
  static var maglev: HashMap<BackendKey, Backend<IPv4Address>> {
    @inline(__always) get { cali_v4_mglv2 }
    @inline(__always) _modify { yield &cali_v4_mglv2 }
  }
  static var fragments: LRUHashMap<FragmentKey<IPv4Address>, FragmentPorts> {
    @inline(__always) get { cali_v4_frgfwd }
    @inline(__always) _modify { yield &cali_v4_frgfwd }
  }
  static var heldFragments: LRUHashMap<HeldFragmentKey<IPv4Address>, HeldFragment> {
    @inline(__always) get { cali_v4_frgheld }
    @inline(__always) _modify { yield &cali_v4_frgheld }
  }
  static var members: HashMap<MemberKey<IPv4Address>, MemberFlags> {
    @inline(__always) get { cali_v4_nat_mem }
    @inline(__always) _modify { yield &cali_v4_nat_mem }
  }

  static var choices: LRUHashMap<ChoiceKey<IPv4Address>, Choice<IPv4Address>> {
    @inline(__always) get { cali_v4_nat_aff }
    @inline(__always) _modify { yield &cali_v4_nat_aff }
  }
  static var sourceRanges: LPMTrie<SourceRangeKey<IPv4Address>, UInt32> {
    @inline(__always) get { cali_v4_nat_src }
    @inline(__always) _modify { yield &cali_v4_nat_src }
  }

  static var tryPort: LoopBody {
    @inline(__always) get { { _, search in IPv4.tryPort(search.assumingMemoryBound(to: PortSearch.self)) } }
  }
  static var holdFragment: LoopBody {
    @inline(__always) get { { slot, search in IPv4.hold(slot, search.assumingMemoryBound(to: SlotSearch.self)) } }
  }
  static var sendHeldFragment: LoopBody {
    @inline(__always) get {
      { slot, sending in IPv4.sendHeld(slot, sending.assumingMemoryBound(to: HeldSending.self)) }
    }
  }

  @inline(__always) static func scratchPacket(_ scratch: UnsafeMutablePointer<Scratch>) -> PacketPointer<IPv4> {
    withUnsafeMutablePointer(to: &scratch.pointee.packet4) { $0 }
  }
  @inline(__always) static func scratchEntry(_ scratch: UnsafeMutablePointer<Scratch>) -> EntryPointer<IPv4> {
    withUnsafeMutablePointer(to: &scratch.pointee.entry4) { $0 }
  }

  @inline(__always) static var icmpCoversAddresses: Bool { false }
  @inline(__always) static var icmp: UInt8 { IPProtocolNumber.icmp }
  @inline(__always) static var echoRequest: UInt16 { 8 &<< 8 }
  @inline(__always) static var policyFamily: UInt32 { 0 }

  @inline(__always)
  static func fields(
    of header: UnsafeMutablePointer<IPv4Header>, length: UInt32, isSegmented: Bool
  ) throws(Drop) -> IPFields<IPv4Address> {
    let present = length &- UInt32(truncatingIfNeeded: transportOffset)
    let total = UInt32(header.pointee.totalLength.host)
    var payload = total &- 20
    if total < 20 {
      // A packet that stands for more than 64 KiB says 0 (BIG TCP).
      guard total == 0, isSegmented else { throw .malformed }
      payload = present
    }
    guard payload <= present else { throw .truncated }
    return IPFields(
      source: header.pointee.source, destination: header.pointee.destination, proto: header.pointee.proto,
      hopLimit: header.pointee.timeToLive, payloadLength: payload)
  }

  @inline(__always) static func isPlain(_ header: UnsafeMutablePointer<IPv4Header>) -> Bool {
    header.pointee.versionAndLength == 0x45
      && header.pointee.fragment.rawValue & IPv4Header.fragmentMask.bigEndian == 0
      && header.pointee.proto != IPProtocolNumber.sctp
  }

  /// Without options, and not of a later fragment, which has no ports.
  @inline(__always)
  static func quoted(_ header: UnsafeMutablePointer<IPv4Header>) -> IPFields<IPv4Address>? {
    guard header.pointee.versionAndLength == 0x45,
      header.pointee.fragment.rawValue & IPv4Header.fragmentOffsetMask.bigEndian == 0
    else { return nil }
    return IPFields(
      source: header.pointee.source, destination: header.pointee.destination, proto: header.pointee.proto,
      hopLimit: header.pointee.timeToLive, payloadLength: 0)
  }

  /// Type numbers: RFC 792 and IANA icmp-parameters.
  @inline(__always) static func kind(ofICMP type: UInt8) -> PacketKind {
    switch type {
    case 0, 8: .echo
    case 3, 4, 5, 11, 12: .icmpError
    default: .flow
    }
  }

  /// 224.0.0.0/4 and the limited broadcast.
  @inline(__always) static func isMulticast(_ address: IPv4Address) -> Bool {
    address.rawValue & IPv4Address(240, 0, 0, 0).rawValue == IPv4Address(224, 0, 0, 0).rawValue
      || address == IPv4Address(255, 255, 255, 255)
  }

  /// 224.0.0.0/24 (RFC 5771).
  @inline(__always) static func staysOnLink(_ address: IPv4Address) -> Bool {
    address.rawValue & IPv4Address(255, 255, 255, 0).rawValue == IPv4Address(224, 0, 0, 0).rawValue
  }

  @inline(__always) static func mayBeFragmented(_ view: PacketView) -> Bool {
    guard let header = view.at(headerOffset, as: IPv4Header.self) else { return false }
    return header.pointee.fragment.rawValue & IPv4Header.dontFragment.bigEndian == 0
  }

  @inline(__always) static func nodeAddress(_ node: UnsafeMutablePointer<NodeState>) -> IPv4Address {
    node.pointee.address4
  }

  @inline(__always)
  static func hash(
    _ source: IPv4Address, _ sourcePort: UInt32, _ destination: IPv4Address, _ destinationPort: UInt32, _ proto: UInt32
  ) -> UInt32 {
    var hash = WordHash(words: 5)
    hash.mix(source.rawValue, destination.rawValue, sourcePort)
    return hash.finish(destinationPort, proto)
  }
  @inline(__always) static func checksumSum(_ address: IPv4Address) -> UInt16 { Checksum.sum(address) }
  @inline(__always) static func neighbour(_ nextHop: IPv4Address) -> Neighbour { Neighbour(nextHop) }
  @inline(__always) static func address(of nextHop: IPv6Address) -> IPv4Address { IPv4Address(rawValue: nextHop.word0) }
  /// 127.0.0.0/8
  @inline(__always) static func isLoopback(_ address: IPv4Address) -> Bool { address.rawValue.bigEndian &>> 24 == 127 }
  @inline(__always)
  static func setAddresses(
    _ header: UnsafeMutablePointer<IPv4Header>, _ source: IPv4Address, _ destination: IPv4Address
  ) {
    header.pointee.source = source
    header.pointee.destination = destination
  }
  @inline(__always) static func destination(_ header: UnsafeMutablePointer<IPv4Header>) -> IPv4Address {
    header.pointee.destination
  }

  @inline(__always)
  static func write(
    _ header: UnsafeMutablePointer<IPv4Header>, source: IPv4Address, destination: IPv4Address, proto: UInt8,
    payloadLength: UInt16
  ) {
    let total = BigEndian16(20 &+ payloadLength)
    header.pointee.versionAndLength = 0x45
    header.pointee.typeOfService = 0
    header.pointee.totalLength = total
    header.pointee.identification = BigEndian16(0)
    // Do not fragment.
    header.pointee.fragment = BigEndian16(0x4000)
    header.pointee.timeToLive = 64
    header.pointee.proto = proto
    header.pointee.source = source
    header.pointee.destination = destination
    var sum = UInt32(UInt16(0x4500).bigEndian) &+ UInt32(total.rawValue) &+ UInt32(UInt16(0x4000).bigEndian)
    sum &+= UInt32((64 &<< 8 | UInt16(proto)).bigEndian)
    sum &+= UInt32(Checksum.sum(source)) &+ UInt32(Checksum.sum(destination))
    header.pointee.checksum = ~Checksum.fold(sum)
  }

  @inline(__always) static var portUnreachable: (type: UInt8, code: UInt8) { (3, 3) }
  @inline(__always) static var tooBig: (type: UInt8, code: UInt8) { (3, 4) }
  @inline(__always) static var roomFlags: RoomFlags { .ipv4 }

  @inline(__always) static func sum(_ header: UnsafeMutablePointer<IPv4Header>) -> UInt16 {
    let (version, service) = (header.pointee.versionAndLength, header.pointee.typeOfService)
    var sum = UInt32((UInt16(version) &<< 8 | UInt16(service)).bigEndian)
    sum &+= UInt32(header.pointee.totalLength.rawValue) &+ UInt32(header.pointee.identification.rawValue)
    sum &+= UInt32(header.pointee.fragment.rawValue) &+ UInt32(header.pointee.checksum)
    sum &+= UInt32((UInt16(header.pointee.timeToLive) &<< 8 | UInt16(header.pointee.proto)).bigEndian)
    sum &+= UInt32(Checksum.sum(header.pointee.source)) &+ UInt32(Checksum.sum(header.pointee.destination))
    return Checksum.fold(sum)
  }

  /// ICMP's checksum covers ICMP only.
  @inline(__always) static func icmpPseudoHeaderSum(_ addresses: UInt32, _ length: UInt16) -> UInt32 { 0 }

  @inline(__always)
  static func finish(_ header: UnsafeMutablePointer<IPv4Header>, decrement: Bool, addressDifference: UInt16) {
    var difference = UInt32(addressDifference)
    if decrement {
      header.pointee.timeToLive &-= 1
      // The high byte of a word is one less.
      difference &+= UInt32(~UInt16(0x0100).bigEndian)
    }
    header.pointee.checksum = Checksum.adjust(header.pointee.checksum, by: difference)
  }

  /// The header's checksum makes up for whatever changes in it.
  @inline(__always)
  static func keepWholeSum(_ buffer: SocketBuffer, decrement: Bool, addressDifference: UInt16) {}
}
