/// A neighbour: which link-layer address an IP address on a link has.
public struct Neighbour: Hashable, Sendable {
  /// Index of the interface.
  public var interface: Int32
  public var address: InetAddress
  /// nil while it is not known.
  public var hardwareAddress: HardwareAddress?
  public var state: NeighbourState
  public var flags: NeighbourFlags

  public init(
    _ address: InetAddress, _ hardwareAddress: HardwareAddress?, interface: Int32, state: NeighbourState = .permanent,
    flags: NeighbourFlags = []
  ) {
    self.address = address
    self.hardwareAddress = hardwareAddress
    self.interface = interface
    self.state = state
    self.flags = flags
  }
}

/// What is known about a neighbour: NUD_* of `linux/neighbour.h`.
public struct NeighbourState: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let incomplete = NeighbourState(rawValue: 0x01)
  public static let reachable = NeighbourState(rawValue: 0x02)
  public static let stale = NeighbourState(rawValue: 0x04)
  public static let delay = NeighbourState(rawValue: 0x08)
  public static let probe = NeighbourState(rawValue: 0x10)
  public static let failed = NeighbourState(rawValue: 0x20)
  /// The link needs no addresses.
  public static let noARP = NeighbourState(rawValue: 0x40)
  /// Holds until it is deleted.
  public static let permanent = NeighbourState(rawValue: 0x80)
}

/// Flags of a neighbour: NTF_* of `linux/neighbour.h`.
public struct NeighbourFlags: OptionSet, Hashable, Sendable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The entry is the device's own, not its bridge's.
  public static let ownTable = NeighbourFlags(rawValue: 0x02)
  /// This host answers for the address.
  public static let proxy = NeighbourFlags(rawValue: 0x08)
  public static let externallyLearned = NeighbourFlags(rawValue: 0x10)
  public static let router = NeighbourFlags(rawValue: 0x80)
}
