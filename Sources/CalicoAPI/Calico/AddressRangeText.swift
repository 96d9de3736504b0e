import Glibc

/// Ranges of addresses as people write them, told from other text.
public enum AddressRangeText {
  /// Whether the text is "10.65.0.0/16", "fd65::/64", or a lone address of either family.
  public static func isRange(_ text: String) -> Bool {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let address = parts.first, let bits = bitWidth(of: address) else { return false }
    guard parts.count == 2 else { return true }
    guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = UInt32(parts[1]) else { return false }
    return length <= bits
  }

  /// Nil for what is no address.
  private static func bitWidth(of text: String) -> UInt32? {
    if text.utf8.contains(0) { return nil }
    var (ipv4, ipv6) = (in_addr(), in6_addr())
    if inet_pton(AF_INET, text, &ipv4) == 1 { return 32 }
    return inet_pton(AF_INET6, text, &ipv6) == 1 ? 128 : nil
  }
}
