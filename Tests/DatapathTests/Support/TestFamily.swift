import DataplaneABI
import KernelRuntime

/// The IP family that a test runs in; most run in both.
enum FamilyName: CaseIterable, Sendable, CustomStringConvertible {
  case v4, v6
}

extension FamilyName {
  var description: String { self == .v4 ? "IPv4" : "IPv6" }
  var etherType: UInt16 { self == .v4 ? EtherType.ipv4 : EtherType.ipv6 }
  var headerLength: Int { self == .v4 ? 20 : 40 }
  var icmp: UInt8 { self == .v4 ? IPProtocolNumber.icmp : IPProtocolNumber.icmpv6 }
  var echoRequest: UInt8 { self == .v4 ? 8 : 128 }
  var echoReply: UInt8 { self == .v4 ? 0 : 129 }
  var unreachable: UInt8 { self == .v4 ? 3 : 1 }
}

/// An address of the small cluster that tests live in, whatever the family: 10.65.n.h or fd65:0:0:n::h, and the like.
struct Place: Hashable, Sendable {
  var network: UInt8
  var host: UInt8

  static func pod(_ host: UInt8, node: UInt8 = 1) -> Place { Place(network: node, host: host) }
  static func node(_ host: UInt8) -> Place { Place(network: 77, host: host) }
  static func service(_ host: UInt8) -> Place { Place(network: 96, host: host) }
  static func outside(_ host: UInt8) -> Place { Place(network: 200, host: host) }
  static let group = Place(network: 224, host: 1)

  /// The octets in network order.
  func octets(_ family: FamilyName) -> [UInt8] {
    switch (family, network) {
    case (.v4, 224): [224, 0, 0, host]
    case (.v6, 224): [0xff, 2] + [UInt8](repeating: 0, count: 13) + [host]
    case (.v4, _): [10, 65, network, host]
    case (.v6, _): [0xfd, 0x65, 0, 0, 0, 0, 0, network] + [UInt8](repeating: 0, count: 7) + [host]
    }
  }
}

/// What tests need to know of an address type.
protocol TestAddress: IPAddress {
  static var family: FamilyName { get }
  static var conntrackMap: String { get }
  static var routesMap: String { get }
  static var frontendsMap: String { get }
  static var backendsMap: String { get }
  static var membersMap: String { get }
  static var maglevMap: String { get }
  static var sourceRangesMap: String { get }
}

extension TestAddress {
  init(_ place: Place) {
    self = place.octets(Self.family).withUnsafeBytes { $0.loadUnaligned(as: Self.self) }
  }
}

extension IPv4Address: TestAddress {
  static var family: FamilyName { .v4 }
  static var conntrackMap: String { MapName.conntrack4 }
  static var routesMap: String { MapName.routes4 }
  static var frontendsMap: String { MapName.frontends4 }
  static var backendsMap: String { MapName.backends4 }
  static var membersMap: String { MapName.members4 }
  static var maglevMap: String { MapName.maglev4 }
  static var sourceRangesMap: String { MapName.sourceRanges4 }
}

extension IPv6Address: TestAddress {
  static var family: FamilyName { .v6 }
  static var conntrackMap: String { MapName.conntrack6 }
  static var routesMap: String { MapName.routes6 }
  static var frontendsMap: String { MapName.frontends6 }
  static var backendsMap: String { MapName.backends6 }
  static var membersMap: String { MapName.members6 }
  static var maglevMap: String { MapName.maglev6 }
  static var sourceRangesMap: String { MapName.sourceRanges6 }
}
