// Addresses as people write them. Only for the host: programs in the kernel have no text.
#if !hasFeature(Embedded)
  import Glibc

  extension IPv4Address: LosslessStringConvertible {
    /// Dotted quad, as inet_pton(3) reads it: four decimal octets, nothing else.
    public init?(_ description: String) {
      var bytes = in_addr()
      guard !description.utf8.contains(0), inet_pton(AF_INET, description, &bytes) == 1 else { return nil }
      self.init(rawValue: bytes.s_addr)
    }

    public var description: String {
      var bytes = in_addr(s_addr: rawValue)
      return presentation(family: AF_INET, of: &bytes, capacity: Int(INET_ADDRSTRLEN))
    }
  }

  extension IPv6Address: LosslessStringConvertible {
    /// The text forms of RFC 4291 section 2.2, without a zone.
    public init?(_ description: String) {
      var words = IPv6Address.any
      guard !description.utf8.contains(0), inet_pton(AF_INET6, description, &words) == 1 else { return nil }
      self = words
    }

    /// The canonical form of RFC 5952.
    public var description: String {
      var words = self
      return presentation(family: AF_INET6, of: &words, capacity: Int(INET6_ADDRSTRLEN))
    }
  }

  /// inet_ntop(3), which cannot fail: the family is known and the capacity is the one the header gives for it.
  private func presentation(family: Int32, of bytes: UnsafeRawPointer, capacity: Int) -> String {
    String(unsafeUninitializedCapacity: capacity) { buffer in
      buffer.withMemoryRebound(to: CChar.self) { text in
        guard let start = inet_ntop(family, bytes, text.baseAddress, socklen_t(capacity)) else { return 0 }
        return strlen(start)
      }
    }
  }
#endif
