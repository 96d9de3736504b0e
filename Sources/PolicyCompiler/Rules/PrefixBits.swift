import DataplaneABI
import Policy

/// A prefix of either family as a number of 128 bits in two halves, its first bit the highest of `high`, and nothing after its length.
struct PrefixBits: Hashable, Sendable {
  let high: UInt64
  let low: UInt64
  let length: Int

  init(_ prefix: AddressPrefix) {
    switch prefix {
    case .ipv4(let key):
      self.init(UInt64(UInt32(bigEndian: key.address.rawValue)) << 32, 0, length: Int(key.prefixLength))
    case .ipv6(let key):
      let address = key.address
      self.init(
        PrefixBits.join(address.word0, address.word1), PrefixBits.join(address.word2, address.word3),
        length: Int(key.prefixLength))
    }
  }

  /// The first `length` bits of a number.
  private init(_ high: UInt64, _ low: UInt64, length: Int) {
    self.high = high & PrefixBits.mask(length)
    self.low = low & PrefixBits.mask(length - 64)
    self.length = length
  }

  /// The prefix of that length that this one lies in; `length` is at most its own.
  func shortened(to length: Int) -> PrefixBits { PrefixBits(high, low, length: length) }

  func covers(_ other: PrefixBits) -> Bool { length <= other.length && other.shortened(to: length) == self }

  /// The prefix as it was before it became bits.
  func prefix(_ family: AddressFamily) -> AddressPrefix {
    switch family {
    case .ipv4:
      let address = IPv4Address(rawValue: UInt32(truncatingIfNeeded: high >> 32).bigEndian)
      return .ipv4(RouteKey(prefixLength: UInt32(length), address: address))
    case .ipv6:
      let words = [high >> 32, high, low >> 32, low].map { UInt32(truncatingIfNeeded: $0).bigEndian }
      return .ipv6(RouteKey(prefixLength: UInt32(length), address: IPv6Address(words[0], words[1], words[2], words[3])))
    }
  }

  private static func join(_ first: UInt32, _ second: UInt32) -> UInt64 {
    UInt64(UInt32(bigEndian: first)) << 32 | UInt64(UInt32(bigEndian: second))
  }

  private static func mask(_ length: Int) -> UInt64 {
    length <= 0 ? 0 : length >= 64 ? .max : ~(.max >> UInt64(length))
  }
}

extension PrefixBits: Comparable {
  /// What covers a prefix comes before it, and nothing else between the two but what it covers as well.
  static func < (left: PrefixBits, right: PrefixBits) -> Bool {
    (left.high, left.low, left.length) < (right.high, right.low, right.length)
  }
}

extension AddressFamily {
  /// Bits of an address.
  var addressBits: Int { self == .ipv4 ? 32 : 128 }
}
