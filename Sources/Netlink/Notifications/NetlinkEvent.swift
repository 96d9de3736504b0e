/// One thing that the kernel told about its tables.
public enum NetlinkEvent: Hashable, Sendable {
  /// A link is new, or something about it changed.
  case linkChanged(Link)
  case linkDeleted(Link)
  case addressChanged(InterfaceAddress)
  case addressDeleted(InterfaceAddress)
  case routeChanged(Route)
  case routeDeleted(Route)
  case ruleChanged(Rule)
  case ruleDeleted(Rule)
  case neighbourChanged(Neighbour)
  case neighbourDeleted(Neighbour)
  /// Something was lost: list the tables anew, then go on with the events that follow.
  case resync(ResyncReason)
}

/// Why events were lost.
public enum ResyncReason: Hashable, Sendable {
  /// The kernel had more to say than the socket's buffer holds (ENOBUFS).
  case kernelBufferFull
  /// The consumer is too slow for this monitor's buffer.
  case consumerTooSlow
  /// A message could not be read.
  case malformed(String)
}

/// What to be told about: RTNLGRP_* of `linux/rtnetlink.h`.
public struct NotificationGroup: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let links = NotificationGroup(rawValue: 1)
  public static let neighbours = NotificationGroup(rawValue: 3)
  public static let ipv4Addresses = NotificationGroup(rawValue: 5)
  public static let ipv4Routes = NotificationGroup(rawValue: 7)
  public static let ipv4Rules = NotificationGroup(rawValue: 8)
  public static let ipv6Addresses = NotificationGroup(rawValue: 9)
  public static let ipv6Routes = NotificationGroup(rawValue: 11)
  public static let ipv6Rules = NotificationGroup(rawValue: 19)

  /// All of the above.
  public static let all: Set<NotificationGroup> = [
    .links, .neighbours, .ipv4Addresses, .ipv4Routes, .ipv4Rules, .ipv6Addresses, .ipv6Routes, .ipv6Rules,
  ]
}
