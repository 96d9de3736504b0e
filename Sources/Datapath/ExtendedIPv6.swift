import DataplaneABI
import KernelRuntime

/// Extension headers (IANA ipv6-parameters).
enum NextHeader {
  @inline(__always) static var hopByHop: UInt8 { 0 }
  @inline(__always) static var routing: UInt8 { 43 }
  @inline(__always) static var fragment: UInt8 { 44 }
  @inline(__always) static var destinationOptions: UInt8 { 60 }
  @inline(__always) static var mobility: UInt8 { 135 }
  @inline(__always) static var hostIdentity: UInt8 { 139 }
  @inline(__always) static var shim6: UInt8 { 140 }

  /// Whether it begins like `ExtensionHeader`. (That of authentication does not; it is a protocol without ports here.)
  @inline(__always) static func isExtension(_ proto: UInt8) -> Bool {
    switch proto {
    case hopByHop, routing, destinationOptions, mobility, hostIdentity, shim6: true
    default: false
    }
  }
}

extension IPv6 {
  /// How many headers are passed over, and how far the transport's may be away.
  private static var most: UInt32 { @inline(__always) get { 8 } }
  private static var furthest: UInt32 { @inline(__always) get { 300 } }

  /// A header with extension headers, or of a fragment.
  @inline(__always)
  static func readExtended(_ buffer: SocketBuffer, _ packet: PacketPointer<IPv6>) throws(Drop) {
    guard let header = buffer.view().at(headerOffset, as: IPv6Header.self) else { throw .truncated }
    guard header.pointee.versionClassFlow.bigEndian &>> 28 == 6 else { throw .malformed }
    let present = buffer.length &- UInt32(truncatingIfNeeded: transportOffset)
    var payload = UInt32(header.pointee.payloadLength.host)
    if payload == 0, buffer.isSegmented { payload = present }
    guard payload <= present else { throw .truncated }
    packet.pointee.tuple.source = header.pointee.source
    packet.pointee.tuple.destination = header.pointee.destination
    packet.pointee.proto = header.pointee.nextHeader
    packet.pointee.hopLimit = header.pointee.hopLimit
    packet.pointee.transport = UInt32(truncatingIfNeeded: transportOffset)
    packet.pointee.payload = payload
    packet.pointee.fragment = .whole
    packet.pointee.fragmentKey.identification = 0
    var count: UInt32 = 0
    while count < most {
      count &+= 1
      if try !passHeader(buffer, packet) { return }
    }
    throw .unsupportedHeader
  }

  /// Goes past one extension header; false if none is there.
  @inline(never)
  private static func passHeader(_ buffer: SocketBuffer, _ packet: PacketPointer<IPv6>) throws(Drop) -> Bool {
    let offset = packet.pointee.transport
    guard offset <= furthest else { throw .unsupportedHeader }
    let proto = packet.pointee.proto
    if proto == NextHeader.fragment {
      guard let header = buffer.view().at(variable: offset, as: FragmentHeader.self) else { throw .truncated }
      try noteFragment(header, packet)
      try pass(8, header.pointee.nextHeader, packet)
      // What follows in a later fragment is no header.
      return packet.pointee.fragment != .later
    }
    guard NextHeader.isExtension(proto) else { return false }
    guard let header = buffer.view().at(variable: offset, as: ExtensionHeader.self) else { throw .truncated }
    // Its packets go elsewhere than their address says, and their checksums are about that place.
    if proto == NextHeader.routing, header.pointee.segmentsLeft != 0 { throw .unsupportedHeader }
    try pass((UInt32(header.pointee.length) &+ 1) &* 8, header.pointee.nextHeader, packet)
    return true
  }

  @inline(__always)
  private static func pass(_ length: UInt32, _ next: UInt8, _ packet: PacketPointer<IPv6>) throws(Drop) {
    guard packet.pointee.payload >= length else { throw .truncated }
    packet.pointee.payload &-= length
    packet.pointee.transport &+= length
    packet.pointee.proto = next
  }

  @inline(__always)
  private static func noteFragment(
    _ header: UnsafeMutablePointer<FragmentHeader>, _ packet: PacketPointer<IPv6>
  ) throws(Drop) {
    let offset = header.pointee.offset.host
    if offset &>> 3 == 1, header.pointee.nextHeader == IPProtocolNumber.tcp { throw .malformed }
    // Neither offset nor more to come: an atomic fragment, whole (RFC 6946).
    packet.pointee.fragment = offset &>> 3 != 0 ? .later : offset & 1 != 0 ? .first : .whole
    packet.pointee.fragmentKey.identification = header.pointee.identification
  }
}
