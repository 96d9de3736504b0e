import DataplaneABI

/// `struct bpf_redir_neigh` (linux/bpf.h): where `bpf_redirect_neigh` sends to, 20 bytes.
public struct Neighbour: Equatable, Sendable, BitwiseCopyable {
  /// AF_INET or AF_INET6, native byte order.
  public var family: UInt32
  /// An IPv4 next hop takes the first word.
  public var nextHop: IPv6Address

  @inline(__always) public init(_ nextHop: IPv4Address) {
    family = 2
    self.nextHop = IPv6Address(nextHop.rawValue, 0, 0, 0)
  }

  @inline(__always) public init(_ nextHop: IPv6Address) {
    family = 10
    self.nextHop = nextHop
  }
}
