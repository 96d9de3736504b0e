/// What to set on a link; nil leaves a setting as it is, or as the kernel chooses for a new link.
public struct LinkSettings: Sendable {
  /// A new name, at most 15 bytes.
  public var name: String?
  public var isUp: Bool?
  public var mtu: UInt32?
  public var hardwareAddress: HardwareAddress?
  /// Index of the bridge or bond to join; 0 leaves it.
  public var master: Int32?
  /// The namespace to move to; the link gets another index there if its own is taken.
  public var namespace: NetworkNamespace?

  public init(
    name: String? = nil, isUp: Bool? = nil, mtu: UInt32? = nil, hardwareAddress: HardwareAddress? = nil,
    master: Int32? = nil, namespace: NetworkNamespace? = nil
  ) {
    self.name = name
    self.isUp = isUp
    self.mtu = mtu
    self.hardwareAddress = hardwareAddress
    self.master = master
    self.namespace = namespace
  }
}
