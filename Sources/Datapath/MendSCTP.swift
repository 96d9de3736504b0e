import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Has the checksum of an SCTP packet stay true when its ports become those of the translation. Addresses are not in it. Views
  /// end.
  @inline(never)
  static func mendSCTP(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) throws(Drop) {
    let old = ports(packet.pointee.sourcePort, packet.pointee.destinationPort)
    let translation = entry.translation()
    let new = ports(translation.pointee.tuple.sourcePort, translation.pointee.tuple.destinationPort)
    guard old != new else { return }
    // How many bytes follow the ports, only the last piece knows.
    guard packet.pointee.fragment == .whole else { throw .fragment }
    let offset = packet.pointee.transport
    guard let found = buffer.view().at(variable: offset, as: SCTPHeader.self) else { throw .rewriteFailed }
    let checksum = found.pointee.checksum
    // Before it is known to be 0 or not: so the verifier goes through this once.
    let mended = checksum ^ CRC32C.change(old ^ new, atFrontOf: packet.pointee.payload & 0xffff)
    if checksum == 0, try isLeftToDevice(buffer, packet) { return }
    guard let header = buffer.view().at(variable: offset, as: SCTPHeader.self) else { throw .rewriteFailed }
    header.pointee.checksum = mended
    buffer.adjustWholeSum(by: change(from: checksum, to: mended) &+ change(from: old, to: new))
  }

  /// Both, as the first four bytes of a packet are read, least significant first.
  @inline(__always) private static func ports(_ source: BigEndian16, _ destination: BigEndian16) -> UInt32 {
    UInt32(source.rawValue) | UInt32(destination.rawValue) &<< 16
  }

  /// By how much the sum of all words grows.
  @inline(__always) private static func change(from old: UInt32, to new: UInt32) -> UInt32 {
    UInt32(Checksum.fold((~old & 0xffff) &+ (~old &>> 16))) &+ UInt32(Checksum.fold((new & 0xffff) &+ (new &>> 16)))
  }

  /// Whether the checksum, which is 0 now, is still to be made by the device that sends the packet (CHECKSUM_PARTIAL). The kernel
  /// makes it over the field as it is then, so it has to stay 0.
  ///
  /// Programs cannot ask, but a difference to an Internet checksum that is not of a pseudo header is left alone just then.
  @inline(__always)
  private static func isLeftToDevice(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) -> Bool {
    let offset = Int(packet.pointee.transport & PacketView.furthest) &+ 8
    guard buffer.adjustL4Checksum(at: offset, by: 1, L4ChecksumFlags(rawValue: 0)) else { throw .rewriteFailed }
    guard let field = buffer.view().at(variable: packet.pointee.transport, as: SCTPHeader.self) else {
      throw .rewriteFailed
    }
    let isUntouched = field.pointee.checksum == 0
    field.pointee.checksum = 0
    return isUntouched
  }
}
