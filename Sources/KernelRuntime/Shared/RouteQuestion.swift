import DataplaneABI

/// `struct bpf_fib_lookup` (linux/bpf.h): a question to the host's routing tables, and the answer. 64 bytes.
public struct RouteQuestion: BitwiseCopyable, Sendable {
  /// AF_INET or AF_INET6.
  public var family: UInt8
  public var proto: UInt8
  public var sourcePort: BigEndian16
  public var destinationPort: BigEndian16
  /// 0: the length of the packet plays no part.
  public var length: UInt16
  /// Where the packet comes in; in the answer, where it would leave.
  public var interfaceIndex: UInt32
  public var service: UInt32
  /// IPv4 addresses take the first word.
  public var source: IPv6Address
  public var destination: IPv6Address
  public var vlan: UInt32
  public var hardware: InlineArray<3, UInt32>
}
