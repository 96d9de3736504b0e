import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Whether the entry translates a packet that goes in `leg`.
  @inline(__always)
  static func translates(
    _ entry: EntryPointer<Self>, _ leg: UnsafeMutablePointer<ConntrackLeg>
  ) throws(Drop) -> Bool {
    let kind = entry.pointee.translation.kind
    if kind == .none { return false }
    let isOpener = leg.pointee.flags.has(.opener)
    if kind == .destination { return isOpener }
    // The client talks to the backend directly with the ports of its flow through the service: answers would mix.
    guard !isOpener else { throw .natCollision }
    return true
  }

  /// Puts the translation's address and port into the packet and mends the transport checksum; the IP checksum is left to
  /// `finish`. Renews `view`.
  @inline(__always)
  static func translate(
    _ buffer: SocketBuffer, _ view: inout PacketView, _ proto: UInt8,
    _ entry: EntryPointer<Self>
  ) throws(Drop) {
    let isTCP = proto == IPProtocolNumber.tcp
    let checksum = transportOffset &+ (isTCP ? 16 : 6)
    let flags = isTCP ? 0 : L4ChecksumFlags.zeroIsNone.rawValue
    let addressDifference = entry.pointee.translation.addressDifference
    let portDifference = entry.pointee.translation.portDifference
    guard
      buffer.adjustL4Checksum(
        at: checksum, by: addressDifference,
        L4ChecksumFlags(rawValue: flags | L4ChecksumFlags.pseudoHeader.rawValue))
    else { throw .rewriteFailed }
    if portDifference != 0 {
      guard buffer.adjustL4Checksum(at: checksum, by: portDifference, L4ChecksumFlags(rawValue: flags)) else {
        throw .rewriteFailed
      }
    }
    view = buffer.view()
    guard let ports = view.at(transportOffset, as: Ports.self), let header = view.at(headerOffset, as: Header.self)
    else { throw .rewriteFailed }
    if entry.pointee.translation.kind == .destination {
      setDestination(header, entry.pointee.translation.address)
      ports.pointee.destination = entry.pointee.translation.port
    } else {
      setSource(header, entry.pointee.translation.address)
      ports.pointee.source = entry.pointee.translation.port
    }
  }
}
