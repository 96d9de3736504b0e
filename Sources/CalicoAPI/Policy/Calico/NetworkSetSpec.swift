/// Addresses that selectors find by the labels of the object.
public struct NetworkSetSpec: ZeroValue, Sendable {
  /// "192.0.2.0/24"; a lone address is a range of one.
  @OmitZero public var nets: [String]

  public init() { self.init(nets: []) }
  public init(nets: [String]) { self.nets = nets }
}
