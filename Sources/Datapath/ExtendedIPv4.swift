import DataplaneABI
import KernelRuntime

extension IPv4 {
  /// A header with options, or of a fragment.
  @inline(__always)
  static func readExtended(_ buffer: SocketBuffer, _ packet: PacketPointer<IPv4>) throws(Drop) {
    guard let header = buffer.view().at(headerOffset, as: IPv4Header.self) else { throw .truncated }
    let first = header.pointee.versionAndLength
    guard first &>> 4 == 4, first & 0xf >= 5 else { throw .malformed }
    let headerLength = UInt32(first & 0xf) &* 4
    let present = buffer.length &- UInt32(truncatingIfNeeded: headerOffset)
    let total = UInt32(header.pointee.totalLength.host)
    guard total >= headerLength else { throw .malformed }
    guard total <= present else { throw .truncated }
    packet.pointee.tuple.source = header.pointee.source
    packet.pointee.tuple.destination = header.pointee.destination
    packet.pointee.proto = header.pointee.proto
    packet.pointee.hopLimit = header.pointee.timeToLive
    packet.pointee.transport = UInt32(truncatingIfNeeded: headerOffset) &+ headerLength
    packet.pointee.payload = total &- headerLength
    let fragment = header.pointee.fragment.host
    let offset = fragment & IPv4Header.fragmentOffsetMask
    // It would overwrite the flags of the first fragment (RFC 1858 section 3).
    if offset == 1, header.pointee.proto == IPProtocolNumber.tcp { throw .malformed }
    let more = fragment & IPv4Header.moreFragments != 0
    packet.pointee.fragment = offset != 0 ? .later : more ? .first : .whole
    packet.pointee.fragmentKey.identification = UInt32(header.pointee.identification.rawValue)
  }
}
