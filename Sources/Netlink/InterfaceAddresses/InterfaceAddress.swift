/// An address of an interface.
public struct InterfaceAddress: Hashable, Sendable {
  /// Index of the interface.
  public var interface: Int32
  /// The address with the length of its subnet's prefix.
  public var prefix: InetPrefix
  /// The other end's address on a point-to-point link.
  public var peer: InetAddress?
  public var scope: Scope
  public var flags: InterfaceAddressFlags
  /// IPv4 broadcast address, if one is set.
  public var broadcast: InetAddress?

  public init(
    _ prefix: InetPrefix, interface: Int32, scope: Scope = .universe, flags: InterfaceAddressFlags = [],
    broadcast: InetAddress? = nil
  ) {
    self.prefix = prefix
    self.interface = interface
    self.scope = scope
    self.flags = flags
    self.broadcast = broadcast
  }
}

/// How far an address or a destination reaches: RT_SCOPE_* of `linux/rtnetlink.h`.
public struct Scope: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Anywhere ("global").
  public static let universe = Scope(rawValue: 0)
  /// On the link only.
  public static let link = Scope(rawValue: 253)
  /// On this host only.
  public static let host = Scope(rawValue: 254)
  public static let nowhere = Scope(rawValue: 255)
}

/// Address flags: IFA_F_* of `linux/if_addr.h`.
public struct InterfaceAddressFlags: OptionSet, Hashable, Sendable {
  public var rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let secondary = InterfaceAddressFlags(rawValue: 0x01)
  /// Usable at once, without duplicate address detection (IPv6).
  public static let noDuplicateDetection = InterfaceAddressFlags(rawValue: 0x02)
  /// Another host has the address (IPv6).
  public static let duplicate = InterfaceAddressFlags(rawValue: 0x08)
  /// Duplicate address detection is still running (IPv6).
  public static let tentative = InterfaceAddressFlags(rawValue: 0x40)
  public static let permanent = InterfaceAddressFlags(rawValue: 0x80)
  /// Adds no route to the subnet.
  public static let noPrefixRoute = InterfaceAddressFlags(rawValue: 0x200)
}
