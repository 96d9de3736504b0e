/// Key of `cali_v4_frgfwd` and `cali_v6_frgfwd` (LRU hash): what the fragments of one packet have in common (RFC 791, RFC 8200
/// section 4.5). 16 or 40 bytes.
public struct FragmentKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var source: Address
  public var destination: Address
  /// As it stands in the packet; 16 bits in IPv4.
  public var identification: UInt32
  /// IANA protocol number, native byte order.
  public var proto: UInt32

  @inlinable @inline(__always)
  public init(source: Address, destination: Address, identification: UInt32, proto: UInt32) {
    self.source = source
    self.destination = destination
    self.identification = identification
    self.proto = proto
  }
}

/// Value of `cali_v4_frgfwd` and `cali_v6_frgfwd`: the ports, which only the first fragment has. ICMP echo has its identifier in
/// both.
public struct FragmentPorts: Hashable, Sendable, BitwiseCopyable {
  public var source: BigEndian16
  public var destination: BigEndian16

  @inlinable @inline(__always) public init(source: BigEndian16, destination: BigEndian16) {
    self.source = source
    self.destination = destination
  }
}
