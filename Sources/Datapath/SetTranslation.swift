import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Has an entry turn the packet's tuple into `translated` (`opener`), or the answers to that into answers to the packet
  /// (`answers`). A subprogram: it needs a stack of its own.
  @inline(never)
  static func setTranslation(_ kind: TranslationKind, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>) {
    let translation = entry.translation()
    translation.pointee.kind = kind
    translation.pointee.backend = packet.pointee.backend
    let (addresses, newAddresses) = (addressSum(packet.tuple()), addressSum(packet.translated()))
    let isEcho = packet.pointee.kind == .echo
    let (ports, newPorts) = (portSum(packet.tuple(), isEcho), portSum(packet.translated(), isEcho))
    let ends = packet.pointee.ends.rawValue
    if kind == .opener {
      copy(packet.translated(), to: translation)
      translation.pointee.ends = packet.pointee.ends
      translation.pointee.addressDifference = change(addresses, newAddresses)
      translation.pointee.portDifference = change(ports, newPorts)
    } else {
      copyReversed(packet.tuple(), to: translation)
      translation.pointee.ends = TranslatedEnds(
        rawValue: (ends &>> 1 | ends &<< 1) & 3 | ends & TranslatedEnds.beside.rawValue)
      translation.pointee.addressDifference = change(newAddresses, addresses)
      translation.pointee.portDifference = change(newPorts, ports)
    }
  }

  // Field by field: whole tuples would go over the stack.

  @inline(__always)
  private static func copy(
    _ tuple: UnsafeMutablePointer<Tuple<Address>>, to translation: UnsafeMutablePointer<Translation<Address>>
  ) {
    translation.pointee.tuple.source = tuple.pointee.source
    translation.pointee.tuple.destination = tuple.pointee.destination
    translation.pointee.tuple.sourcePort = tuple.pointee.sourcePort
    translation.pointee.tuple.destinationPort = tuple.pointee.destinationPort
  }

  @inline(__always)
  private static func copyReversed(
    _ tuple: UnsafeMutablePointer<Tuple<Address>>, to translation: UnsafeMutablePointer<Translation<Address>>
  ) {
    translation.pointee.tuple.source = tuple.pointee.destination
    translation.pointee.tuple.destination = tuple.pointee.source
    translation.pointee.tuple.sourcePort = tuple.pointee.destinationPort
    translation.pointee.tuple.destinationPort = tuple.pointee.sourcePort
  }

  /// 0 if there is none, so that the packets of the flow are spared that.
  @inline(__always) private static func change(_ old: UInt16, _ new: UInt16) -> UInt16 {
    old == new ? 0 : Checksum.difference(from: old, to: new)
  }

  @inline(__always) private static func addressSum(_ tuple: UnsafeMutablePointer<Tuple<Address>>) -> UInt16 {
    Checksum.fold(
      UInt32(checksumSum(tuple.pointee.source)) &+ UInt32(checksumSum(tuple.pointee.destination)))
  }

  /// An echo's identifier is in both ports and once in the packet.
  @inline(__always) private static func portSum(_ tuple: UnsafeMutablePointer<Tuple<Address>>, _ isEcho: Bool) -> UInt16
  {
    guard !isEcho else { return tuple.pointee.sourcePort.rawValue }
    return Checksum.fold(
      UInt32(tuple.pointee.sourcePort.rawValue) &+ UInt32(tuple.pointee.destinationPort.rawValue))
  }
}
