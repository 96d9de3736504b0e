import DataplaneABI

// Headers as they stand in a packet. Swift has no packed structs, so each header is viewed at its own offset.

/// Ethernet II: 14 bytes, viewed as its two addresses; the type follows at offset 12.
public struct EthernetAddresses {
  public var destination: MACAddress
  public var source: MACAddress

  @inline(__always) public init(destination: MACAddress, source: MACAddress) {
    self.destination = destination
    self.source = source
  }

  /// Length of the whole Ethernet header.
  @inline(__always) public static var headerLength: Int { 14 }
}

/// Ethernet types (IEEE 802 numbers).
public enum EtherType {
  @inline(__always) public static var ipv4: UInt16 { 0x0800 }
  @inline(__always) public static var arp: UInt16 { 0x0806 }
  @inline(__always) public static var ipv6: UInt16 { 0x86dd }
}

/// RFC 791, without options: 20 bytes.
public struct IPv4Header {
  /// Version in the high half, header length in words in the low half.
  public var versionAndLength: UInt8
  public var typeOfService: UInt8
  public var totalLength: BigEndian16
  public var identification: BigEndian16
  /// Three flag bits, then the fragment's offset in 8-byte units.
  public var fragment: BigEndian16
  public var timeToLive: UInt8
  public var proto: UInt8
  public var checksum: UInt16
  public var source: IPv4Address
  public var destination: IPv4Address

  @inline(__always) public static var fragmentOffsetMask: UInt16 { 0x1fff }
  @inline(__always) public static var moreFragments: UInt16 { 0x2000 }
  /// The flag that forbids routers to fragment.
  @inline(__always) public static var dontFragment: UInt16 { 0x4000 }

  /// Fragment offset and the more-fragments flag: any of them set makes the packet a fragment.
  @inline(__always) public static var fragmentMask: UInt16 { 0x3fff }
}

/// RFC 8200: 40 bytes.
public struct IPv6Header {
  /// Version, traffic class and flow label in network byte order.
  public var versionClassFlow: UInt32
  /// Bytes after this header.
  public var payloadLength: BigEndian16
  public var nextHeader: UInt8
  public var hopLimit: UInt8
  public var source: IPv6Address
  public var destination: IPv6Address
}

/// What IPv6 extension headers begin with (RFC 8200 section 4; mobility, host identity and shim6 alike): 8 bytes at least.
public struct ExtensionHeader {
  public var nextHeader: UInt8
  /// Units of 8 bytes after the first.
  public var length: UInt8
  public var routingType: UInt8
  /// Of a routing header: the nodes that are still to be visited.
  public var segmentsLeft: UInt8
  public var rest: UInt32
}

/// RFC 8200 section 4.5: 8 bytes.
public struct FragmentHeader {
  public var nextHeader: UInt8
  public var reserved: UInt8
  /// The offset in 8-byte units, two reserved bits, and whether more fragments follow.
  public var offset: BigEndian16
  public var identification: UInt32
}

/// RFC 9293, without options: 20 bytes.
public struct TCPHeader {
  public var sourcePort: BigEndian16
  public var destinationPort: BigEndian16
  public var sequence: UInt32
  public var acknowledgement: UInt32
  /// Header length in words in the high half.
  public var dataOffset: UInt8
  public var flags: UInt8
  public var window: BigEndian16
  public var checksum: UInt16
  public var urgent: BigEndian16
}

/// The flag bits of `TCPHeader.flags`.
public enum TCPFlags {
  @inline(__always) public static var fin: UInt8 { 0x01 }
  @inline(__always) public static var syn: UInt8 { 0x02 }
  @inline(__always) public static var rst: UInt8 { 0x04 }
  @inline(__always) public static var psh: UInt8 { 0x08 }
  @inline(__always) public static var ack: UInt8 { 0x10 }
}

/// RFC 9260 sections 3.1 and 3.2: the common header, 12 bytes, and what the first chunk begins with.
public struct SCTPHeader {
  public var sourcePort: BigEndian16
  public var destinationPort: BigEndian16
  /// Which association it belongs to, in network byte order.
  public var verificationTag: UInt32
  /// CRC32c, least significant byte first.
  public var checksum: UInt32
  public var chunk: SCTPChunk
  public var chunkFlags: UInt8
  /// Bytes, these 4 included.
  public var chunkLength: BigEndian16

  /// The flag of ABORT and SHUTDOWN COMPLETE that says that the tag is the sender's own.
  @inline(__always) public static var reflectedTag: UInt8 { 1 }
}

/// Types of SCTP's chunks (RFC 9260 section 3.2).
public struct SCTPChunk: RawRepresentable, Equatable, BitwiseCopyable {
  public var rawValue: UInt8
  @inline(__always) public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inline(__always) public static var initiation: SCTPChunk { SCTPChunk(rawValue: 1) }
  @inline(__always) public static var initiationAck: SCTPChunk { SCTPChunk(rawValue: 2) }
  @inline(__always) public static var abort: SCTPChunk { SCTPChunk(rawValue: 6) }
  @inline(__always) public static var cookieEcho: SCTPChunk { SCTPChunk(rawValue: 10) }
  @inline(__always) public static var cookieAck: SCTPChunk { SCTPChunk(rawValue: 11) }
  @inline(__always) public static var shutdownComplete: SCTPChunk { SCTPChunk(rawValue: 14) }
}

/// RFC 768: 8 bytes.
public struct UDPHeader {
  public var sourcePort: BigEndian16
  public var destinationPort: BigEndian16
  public var length: BigEndian16
  public var checksum: UInt16
}

/// RFC 7348 section 5: 8 bytes.
public struct VXLANHeader {
  /// 0x08000000 in network byte order: the network identifier is valid.
  public var flags: UInt32
  /// The network identifier in the upper 24 bits, in network byte order.
  public var network: UInt32

  @inline(__always) public init(network: UInt32) {
    flags = UInt32(0x0800_0000).bigEndian
    self.network = (network &<< 8).bigEndian
  }
}

/// RFC 792 and RFC 4443, as echo messages use it: 8 bytes.
public struct ICMPHeader {
  /// Type (bits 8 to 15) and code.
  @inline(__always) public var detail: UInt16 { UInt16(type) &<< 8 | UInt16(code) }

  public var type: UInt8
  public var code: UInt8
  public var checksum: UInt16
  public var identifier: BigEndian16
  public var sequence: BigEndian16
}

/// The two ports that TCP, UDP and SCTP begin with.
public struct Ports {
  public var source: BigEndian16
  public var destination: BigEndian16

  @inline(__always) public init(source: BigEndian16, destination: BigEndian16) {
    self.source = source
    self.destination = destination
  }
}
