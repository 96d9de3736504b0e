/// Flags of `bpf_skb_adjust_room` in the mode BPF_ADJ_ROOM_MAC (linux/bpf.h): what headers are put before a packet.
public struct RoomFlags: RawRepresentable, Sendable {
  public var rawValue: UInt64
  @inline(__always) public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// BPF_F_ADJ_ROOM_FIXED_GSO: the packets that a buffer stands for carry as much as before.
  @inline(__always) public static var fixedSegments: RoomFlags { RoomFlags(rawValue: 1) }
  /// BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 and _IPV6.
  @inline(__always) public static var ipv4: RoomFlags { RoomFlags(rawValue: 1 &<< 1) }
  @inline(__always) public static var ipv6: RoomFlags { RoomFlags(rawValue: 1 &<< 2) }
  /// BPF_F_ADJ_ROOM_ENCAP_L4_UDP, and inside it an Ethernet frame: ENCAP_L2(14), ENCAP_L2_ETH (Linux 5.15).
  @inline(__always) public static var ethernetInUDP: RoomFlags {
    RoomFlags(rawValue: 1 &<< 4 | 1 &<< 6 | 14 &<< 56)
  }

  /// Whether they name an IP header, so that the kernel takes the packet for one with a tunnel.
  @inline(__always) var isTunnel: Bool { rawValue & (RoomFlags.ipv4.rawValue | RoomFlags.ipv6.rawValue) != 0 }

  @inline(__always) public static func | (left: RoomFlags, right: RoomFlags) -> RoomFlags {
    RoomFlags(rawValue: left.rawValue | right.rawValue)
  }
}
