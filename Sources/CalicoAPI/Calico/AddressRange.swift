import Glibc

/// A range of addresses as people write it: "10.65.0.0/16", "fd65::/64", or a lone address of either family.
public struct AddressRange: Hashable, Sendable {
  /// The address as written, 4 or 16 bytes in network order, bits beyond the length included.
  let bytes: [UInt8]
  /// Bits that the range's addresses share.
  let length: Int
  /// Whether the length was written.
  let hasLength: Bool

  /// Nil for other text.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let address = parts.first, let bytes = Self.bytes(of: address) else { return nil }
    self.bytes = bytes
    hasLength = parts.count == 2
    guard hasLength else {
      length = bytes.count * 8
      return
    }
    guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]), length <= bytes.count * 8
    else { return nil }
    self.length = length
  }

  public var isIPv6: Bool { bytes.count == 16 }

  /// Whether the address is the range's first.
  var beginsAtItsStart: Bool {
    bytes.enumerated().allSatisfy { index, byte in byte & ~Self.mask(of: index, length: length) == 0 }
  }

  /// Whether every address of the other range is one of this.
  func contains(_ other: AddressRange) -> Bool {
    guard bytes.count == other.bytes.count, length <= other.length else { return false }
    return zip(bytes, other.bytes).enumerated().allSatisfy { index, pair in
      (pair.0 ^ pair.1) & Self.mask(of: index, length: length) == 0
    }
  }

  /// The bits of a byte that belong to the first `length` bits of an address.
  private static func mask(of index: Int, length: Int) -> UInt8 {
    let bits = min(max(length - index * 8, 0), 8)
    return UInt8(truncatingIfNeeded: 0xff00 >> bits)
  }

  /// Nil for what is no address.
  private static func bytes(of text: String) -> [UInt8]? {
    if text.utf8.contains(0) { return nil }
    var (ipv4, ipv6) = (in_addr(), in6_addr())
    if inet_pton(AF_INET, text, &ipv4) == 1 { return withUnsafeBytes(of: ipv4) { Array($0) } }
    return inet_pton(AF_INET6, text, &ipv6) == 1 ? withUnsafeBytes(of: ipv6) { Array($0) } : nil
  }
}
