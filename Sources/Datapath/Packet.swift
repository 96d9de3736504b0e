import DataplaneABI
import KernelRuntime

/// What a packet is to conntrack. Not an enum: it lives in a map, and what a program reads there is just bytes.
struct PacketKind: RawRepresentable, Equatable, BitwiseCopyable {
  var rawValue: UInt8
  @inline(__always) init(rawValue: UInt8) { self.rawValue = rawValue }

  /// One of a flow.
  @inline(__always) static var flow: PacketKind { PacketKind(rawValue: 0) }
  /// ICMP echo, of a flow too: the identifier plays both ports.
  @inline(__always) static var echo: PacketKind { PacketKind(rawValue: 1) }
  /// ICMP about another packet.
  @inline(__always) static var icmpError: PacketKind { PacketKind(rawValue: 2) }
  /// Neighbour discovery, multicast listeners: between neighbours, never tracked.
  @inline(__always) static var linkMaintenance: PacketKind { PacketKind(rawValue: 3) }
}

/// One packet, parsed. It lives in the CPU's scratch memory: subprograms take one pointer, and the verifier forgets which
/// constant went in where, so that paths that differ in nothing else count as one.
struct Packet<Family: IPFamily>: BitwiseCopyable {
  /// When it was seen, nanoseconds of CLOCK_MONOTONIC.
  var now: UInt64
  /// The flow it belongs to.
  var key: ConntrackKey<Family.Address>
  var source: Family.Address
  var destination: Family.Address
  var sourcePort: BigEndian16
  var destinationPort: BigEndian16
  /// The interface whose hook saw it.
  var interfaceIndex: UInt32
  /// Bytes from the Ethernet header on.
  var length: UInt32
  var proto: UInt8
  var hopLimit: UInt8
  /// The flag byte of TCP; 0 for other protocols.
  var tcpFlags: UInt8
  var kind: PacketKind
  /// 1 if the sender is the key's end A.
  var fromA: UInt32
  /// The backend that was chosen for a new flow.
  var backend: BackendKey
  /// Off the stack: the key of a service flow's answers, and where a packet that leaves the node goes.
  var answersKey: ConntrackKey<Family.Address>
  var neighbour: Neighbour

  @inline(__always) var sourceIsA: Bool { fromA != 0 }
  /// Whether it asks for a new connection.
  @inline(__always) var isSYN: Bool { tcpFlags & (TCPFlags.syn | TCPFlags.ack) == TCPFlags.syn }
  /// Whether it may begin a flow: any packet but TCP in mid-flow.
  @inline(__always) var mayOpen: Bool { proto != IPProtocolNumber.tcp || isSYN }
  /// Whether it has ports that services use.
  @inline(__always) var hasPorts: Bool { proto == IPProtocolNumber.tcp || proto == IPProtocolNumber.udp }
}

/// A packet, in place.
typealias PacketPointer<Family: IPFamily> = UnsafeMutablePointer<Packet<Family>>

/// One entry of the conntrack table, in place.
typealias EntryPointer<Family: IPFamily> = UnsafeMutablePointer<ConntrackValue<Family.Address>>

extension UnsafeMutablePointer {
  @inline(__always)
  func key<Family: IPFamily>() -> UnsafeMutablePointer<ConntrackKey<Family.Address>> where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.key) { $0 }
  }

  @inline(__always)
  func answersKey<Family: IPFamily>() -> UnsafeMutablePointer<ConntrackKey<Family.Address>>
  where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.answersKey) { $0 }
  }

  @inline(__always)
  func neighbour<Family: IPFamily>() -> UnsafeMutablePointer<Neighbour> where Pointee == Packet<Family> {
    withUnsafeMutablePointer(to: &pointee.neighbour) { $0 }
  }
}
