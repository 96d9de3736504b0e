// Prefixes as people write them. Only for the host: programs in the kernel have no text.
#if !hasFeature(Embedded)
  /// An address that has a text form and that a prefix length can be applied to.
  public protocol TextualIPAddress: IPAddress, LosslessStringConvertible {
    /// The address with all but the leading `bits` bits cleared. More bits than the family has leave it as it is.
    func masked(to bits: UInt32) -> Self
  }

  extension IPv4Address: TextualIPAddress {
    public func masked(to bits: UInt32) -> IPv4Address { IPv4Address(rawValue: rawValue & wordMask(bits, word: 0)) }
  }

  extension IPv6Address: TextualIPAddress {
    public func masked(to bits: UInt32) -> IPv6Address {
      IPv6Address(
        word0 & wordMask(bits, word: 0), word1 & wordMask(bits, word: 1),
        word2 & wordMask(bits, word: 2), word3 & wordMask(bits, word: 3))
    }
  }

  /// The part of a mask of `bits` leading ones that falls on the 32-bit word number `word`, in network byte order.
  private func wordMask(_ bits: UInt32, word: UInt32) -> UInt32 {
    let covered = Int(bits) - Int(word) * 32
    if covered >= 32 { return .max }
    // Smart shift: 32 and more give 0.
    return covered <= 0 ? 0 : (UInt32.max << UInt32(32 - covered)).bigEndian
  }

  extension RouteKey: CustomStringConvertible, LosslessStringConvertible where Address: TextualIPAddress {
    /// "10.65.1.0/24"; a lone address is a prefix of all its bits. Bits beyond the length are cleared, as routers do.
    public init?(_ description: String) {
      let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = parts.first, let address = Address(String(first)) else { return nil }
      guard parts.count == 2 else {
        self.init(host: address)
        return
      }
      guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = UInt32(parts[1]) else { return nil }
      guard length <= Address.bitWidth else { return nil }
      self.init(prefixLength: length, address: address.masked(to: length))
    }

    public var description: String { "\(address)/\(prefixLength)" }

    /// Whether the address lies inside the prefix.
    public func contains(_ other: Address) -> Bool { other.masked(to: prefixLength) == address }
  }
#endif
