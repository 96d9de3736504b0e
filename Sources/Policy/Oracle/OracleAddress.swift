import DataplaneABI

/// An address or a prefix as its octets, four or sixteen of them.
struct OracleAddress: Hashable {
  var octets: [UInt8]
  /// Bits that count, from the first octet's highest on.
  var length: Int

  /// A prefix from its text; a lone address is one of all its bits. Nil where it is neither.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let octets = parts.first.flatMap({ Self.octets(of: String($0)) }) else { return nil }
    self.octets = octets
    length = octets.count * 8
    if parts.count == 1 { return }
    guard parts.count == 2, parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let length = Int(parts[1]) else {
      return nil
    }
    guard length <= octets.count * 8 else { return nil }
    self.length = length
  }

  private static func octets(of text: String) -> [UInt8]? {
    if let address = IPv4Address(text) { return withUnsafeBytes(of: address) { Array($0) } }
    if let address = IPv6Address(text) { return withUnsafeBytes(of: address) { Array($0) } }
    return nil
  }

  /// Whether all the bits that count here are the same there.
  func contains(_ address: OracleAddress) -> Bool {
    guard octets.count == address.octets.count else { return false }
    let whole = length / 8
    guard octets[..<whole] == address.octets[..<whole] else { return false }
    let rest = length % 8
    return rest == 0 || (octets[whole] ^ address.octets[whole]) >> UInt8(8 - rest) == 0
  }
}
