/// Who made a route: RTPROT_* of `linux/rtnetlink.h`. A number from 4 on means nothing to the kernel.
public struct RouteProtocol: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let unspecified = RouteProtocol(rawValue: 0)
  /// The kernel itself, for addresses and subnets of interfaces.
  public static let kernel = RouteProtocol(rawValue: 2)
  /// `ip route` when it is told nothing else.
  public static let boot = RouteProtocol(rawValue: 3)
  public static let staticRoute = RouteProtocol(rawValue: 4)
  public static let bird = RouteProtocol(rawValue: 12)
  /// Calico's, by which a node agent knows its own routes.
  public static let calico = RouteProtocol(rawValue: 80)
}

/// What happens to packets of a route: RTN_* of `linux/rtnetlink.h`.
public struct RouteType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public var rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Goes to a gateway or a direct neighbour.
  public static let unicast = RouteType(rawValue: 1)
  /// Is for this host.
  public static let local = RouteType(rawValue: 2)
  public static let broadcast = RouteType(rawValue: 3)
  public static let anycast = RouteType(rawValue: 4)
  public static let multicast = RouteType(rawValue: 5)
  /// Is dropped silently.
  public static let blackhole = RouteType(rawValue: 6)
  /// Is answered with "host unreachable".
  public static let unreachable = RouteType(rawValue: 7)
  /// Is answered with "administratively prohibited".
  public static let prohibit = RouteType(rawValue: 8)
  /// The look-up goes on in the next table.
  public static let throwToNextTable = RouteType(rawValue: 9)

  /// The word that `ip route` uses.
  public var description: String {
    switch self {
    case .unicast: "unicast"
    case .local: "local"
    case .broadcast: "broadcast"
    case .anycast: "anycast"
    case .multicast: "multicast"
    case .blackhole: "blackhole"
    case .unreachable: "unreachable"
    case .prohibit: "prohibit"
    case .throwToNextTable: "throw"
    default: "type \(rawValue)"
    }
  }
}

/// Flags of a route or of one of its ways: RTNH_F_* and RTM_F_* of `linux/rtnetlink.h`.
public struct RouteFlags: OptionSet, Hashable, Sendable {
  public var rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The way cannot be used now.
  public static let dead = RouteFlags(rawValue: 1)
  /// The gateway is a direct neighbour even if no subnet says so.
  public static let onLink = RouteFlags(rawValue: 4)
  /// The interface has no carrier.
  public static let linkDown = RouteFlags(rawValue: 16)
}
