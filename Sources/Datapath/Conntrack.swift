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

  /// The next hop, in place.
  @inline(__always)
  func nextHop<Address: IPAddress>() -> UnsafeMutablePointer<Address> where Pointee == ConntrackValue<Address> {
    withUnsafeMutablePointer(to: &pointee.nextHop) { $0 }
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

extension ConntrackLeg {
  /// Accounts for a packet of `length` bytes.
  @inline(__always) mutating func saw(_ length: UInt32, tcpFlags: UInt8) {
    packets &+= 1
    bytes &+= UInt64(length)
    guard tcpFlags != 0 else { return }
    var seen = flags.rawValue
    if tcpFlags & TCPFlags.syn != 0 { seen |= LegFlags.synSeen.rawValue }
    if tcpFlags & TCPFlags.ack != 0 { seen |= LegFlags.ackSeen.rawValue }
    if tcpFlags & TCPFlags.fin != 0 { seen |= LegFlags.finSeen.rawValue }
    if tcpFlags & TCPFlags.rst != 0 { seen |= LegFlags.rstSeen.rawValue }
    if seen != flags.rawValue { flags = LegFlags(rawValue: seen) }
  }
}
