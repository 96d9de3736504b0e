/// A port of a service, one of those that tables are given to.
public struct MaglevPort: Hashable, Comparable, Sendable {
  public var service: ServiceName
  public var port: UInt16
  /// IANA protocol number.
  public var proto: UInt8

  public init(service: ServiceName, port: UInt16, proto: UInt8) {
    self.service = service
    self.port = port
    self.proto = proto
  }

  public static func < (left: MaglevPort, right: MaglevPort) -> Bool {
    (left.service, left.port, left.proto) < (right.service, right.port, right.proto)
  }
}

/// Why a service port that wants a Maglev table has none.
public enum MaglevRefusal: Hashable, Sendable {
  /// So many, more than a table is made for.
  case endpoints(Int)
  /// As many others as may have tables come before it.
  case services
  /// The map is full of the tables that come before it.
  case slots
}
