// A total order over addresses and keys, so that listings and choices do not depend on hash seeds. Only for the host.
#if !hasFeature(Embedded)
  extension IPAddress {
    /// Numeric order, as people expect listings; not that of `precedes`, which reads words as this machine does.
    public func isBefore(_ other: Self) -> Bool {
      withUnsafeBytes(of: self) { left in
        withUnsafeBytes(of: other) { right in left.lexicographicallyPrecedes(right) }
      }
    }
  }

  extension FrontendKey {
    /// By address, then port, then protocol.
    public func isBefore(_ other: FrontendKey) -> Bool {
      if address != other.address { return address.isBefore(other.address) }
      return (port.host, proto) < (other.port.host, other.proto)
    }
  }

  extension RouteKey {
    /// By address, then the shorter prefix.
    public func isBefore(_ other: RouteKey) -> Bool {
      if address != other.address { return address.isBefore(other.address) }
      return prefixLength < other.prefixLength
    }
  }
#endif
