import DataplaneABI
import KernelRuntime

extension UnsafeMutablePointer {
  /// The leg that a packet goes, in place.
  @inline(__always)
  func leg<Address: IPAddress>(fromA: Bool) -> UnsafeMutablePointer<ConntrackLeg>
  where Pointee == ConntrackValue<Address> {
    fromA
      ? withUnsafeMutablePointer(to: &pointee.aToB) { $0 }
      : withUnsafeMutablePointer(to: &pointee.bToA) { $0 }
  }

  /// The next hop of that leg, in place.
  @inline(__always)
  func nextHop<Address: IPAddress>(fromA: Bool) -> UnsafeMutablePointer<Address>
  where Pointee == ConntrackValue<Address> {
    fromA
      ? withUnsafeMutablePointer(to: &pointee.nextHopAToB) { $0 }
      : withUnsafeMutablePointer(to: &pointee.nextHopBToA) { $0 }
  }

  /// The translation, in place.
  @inline(__always)
  func translation<Address: IPAddress>() -> UnsafeMutablePointer<Translation<Address>>
  where Pointee == ConntrackValue<Address> {
    withUnsafeMutablePointer(to: &pointee.translation) { $0 }
  }

  /// What both legs have seen.
  @inline(__always)
  func seen<Address: IPAddress>() -> LegFlags where Pointee == ConntrackValue<Address> {
    pointee.aToB.flags | pointee.bToA.flags
  }
}

extension LegFlags {
  @inline(__always) func has(_ other: LegFlags) -> Bool { rawValue & other.rawValue == other.rawValue }
  @inline(__always) static func | (a: LegFlags, b: LegFlags) -> LegFlags { LegFlags(rawValue: a.rawValue | b.rawValue) }
}

extension TranslatedEnds {
  @inline(__always) func has(_ other: TranslatedEnds) -> Bool { rawValue & other.rawValue == other.rawValue }
}

extension IPFamily {
  /// Whether the sender of such a packet is the end A of its flow's key. A subprogram, so that the words that it compares are
  /// on nobody else's stack.
  @inline(never)
  static func sourceIsA(_ tuple: UnsafeMutablePointer<Tuple<Address>>) -> Bool {
    ConntrackKey.sourceIsA(
      tuple.pointee.source, tuple.pointee.sourcePort, tuple.pointee.destination, tuple.pointee.destinationPort)
  }

  /// Makes `key` that of the flow that packets of `tuple` belong to. A subprogram that writes in place: a key that is built
  /// as a value goes over the caller's stack.
  @inline(never)
  static func setKey(_ key: KeyPointer<Self>, _ tuple: UnsafeMutablePointer<Tuple<Address>>, _ proto: UInt8) {
    key.pointee.proto = UInt32(proto)
    if sourceIsA(tuple) {
      key.pointee.addressA = tuple.pointee.source
      key.pointee.portA = tuple.pointee.sourcePort
      key.pointee.addressB = tuple.pointee.destination
      key.pointee.portB = tuple.pointee.destinationPort
    } else {
      key.pointee.addressA = tuple.pointee.destination
      key.pointee.portA = tuple.pointee.destinationPort
      key.pointee.addressB = tuple.pointee.source
      key.pointee.portB = tuple.pointee.sourcePort
    }
  }
}

extension ConntrackLeg {
  /// Accounts for a packet of `length` bytes.
  @inline(__always) mutating func saw(_ length: UInt32, tcpFlags: UInt8) {
    packets &+= 1
    bytes &+= UInt64(length)
    guard tcpFlags != 0 else { return }
    // A RST that others follow has ended nothing.
    var seen = flags.rawValue & ~LegFlags.rstSeen.rawValue
    if tcpFlags & TCPFlags.syn != 0 { seen |= LegFlags.synSeen.rawValue }
    if tcpFlags & TCPFlags.ack != 0 { seen |= LegFlags.ackSeen.rawValue }
    if tcpFlags & TCPFlags.fin != 0 { seen |= LegFlags.finSeen.rawValue }
    if tcpFlags & TCPFlags.rst != 0 { seen |= LegFlags.rstSeen.rawValue }
    if seen != flags.rawValue { flags = LegFlags(rawValue: seen) }
  }
}
