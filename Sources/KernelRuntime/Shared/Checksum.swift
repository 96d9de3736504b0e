import DataplaneABI

/// One's complement arithmetic of the Internet checksum (RFC 1071), on 16-bit words as this machine reads them.
///
/// The sum does not depend on byte order as long as it is written back the way it was read (RFC 1071 section 2B).
public enum Checksum {
  /// A sum of up to 65,535 words brought into 16 bits.
  @inline(__always) public static func fold(_ sum: UInt32) -> UInt16 {
    let once = (sum & 0xffff) &+ (sum &>> 16)
    return UInt16(truncatingIfNeeded: (once & 0xffff) &+ (once &>> 16))
  }

  /// What has to be added to a sum when `old` is replaced by `new`; both are folded sums.
  @inline(__always) public static func difference(from old: UInt16, to new: UInt16) -> UInt16 {
    fold(UInt32(~old) &+ UInt32(new))
  }

  /// The checksum field after the words that it covers grew by `difference` (RFC 1624 equation 3).
  @inline(__always) public static func adjust(_ field: UInt16, by difference: UInt32) -> UInt16 {
    ~fold(UInt32(~field) &+ difference)
  }

  @inline(__always) public static func sum(_ address: IPv4Address) -> UInt16 {
    fold((address.rawValue & 0xffff) &+ (address.rawValue &>> 16))
  }

  @inline(__always) public static func sum(_ address: IPv6Address) -> UInt16 {
    fold(
      halves(address.word0) &+ halves(address.word1) &+ halves(address.word2) &+ halves(address.word3))
  }

  @inline(__always) private static func halves(_ word: UInt32) -> UInt32 { (word & 0xffff) &+ (word &>> 16) }
}

/// Flags of `bpf_l4_csum_replace` (linux/bpf.h).
public struct L4ChecksumFlags: OptionSet, Sendable {
  public var rawValue: UInt64
  @inline(__always) public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The replaced bytes are part of the pseudo header.
  @inline(__always) public static var pseudoHeader: L4ChecksumFlags { L4ChecksumFlags(rawValue: 0x10) }
  /// Zero means "no checksum" (UDP): leave it alone, and never produce it.
  @inline(__always) public static var zeroIsNone: L4ChecksumFlags { L4ChecksumFlags(rawValue: 0x20) }
}
