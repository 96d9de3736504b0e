/// Key of `cali_v4_ct` and `cali_v6_ct` (LRU hash): one flow, both directions. 16 or 40 bytes, Calico's field order.
///
/// The end that precedes (`IPAddress.precedes`, then the port) is A. ICMP echo puts its identifier into both ports, other
/// protocols without ports put 0.
public struct ConntrackKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  /// IANA protocol number, native byte order; with `beside` if the flow's own key is that of another flow's answers.
  public var proto: UInt32
  public var addressA: Address
  public var addressB: Address
  public var portA: BigEndian16
  public var portB: BigEndian16

  /// Set in `proto` for a flow whose own key is that of the answers to another: its client talks to the other's backend directly,
  /// from the very port that the other has.
  @inlinable @inline(__always) public static var beside: UInt32 { 0x100 }

  @inlinable @inline(__always)
  public init(proto: UInt32, addressA: Address, portA: BigEndian16, addressB: Address, portB: BigEndian16) {
    self.proto = proto
    self.addressA = addressA
    self.addressB = addressB
    self.portA = portA
    self.portB = portB
  }

  /// The key of the flow that a packet from `source` to `destination` belongs to.
  @inlinable @inline(__always)
  public init(
    proto: UInt8, source: Address, sourcePort: BigEndian16, destination: Address, destinationPort: BigEndian16
  ) {
    if Self.sourceIsA(source, sourcePort, destination, destinationPort) {
      self.init(
        proto: UInt32(proto), addressA: source, portA: sourcePort, addressB: destination, portB: destinationPort)
    } else {
      self.init(
        proto: UInt32(proto), addressA: destination, portA: destinationPort, addressB: source, portB: sourcePort)
    }
  }

  /// Whether the sender of a packet is the end A of its flow's key.
  @inlinable @inline(__always)
  public static func sourceIsA(
    _ source: Address, _ sourcePort: BigEndian16, _ destination: Address, _ destinationPort: BigEndian16
  ) -> Bool {
    if source != destination { return source.precedes(destination) }
    return sourcePort.rawValue <= destinationPort.rawValue
  }
}
