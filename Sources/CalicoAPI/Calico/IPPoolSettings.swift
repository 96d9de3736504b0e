/// The fields of an IPPool that are understood here.
public struct IPPoolSettings: Hashable, Sendable {
  /// As it stands there; "" where it is missing.
  public var cidr = ""
  /// Whether traffic from the pool to the outside gets the node's address as its source.
  public var natOutgoing = false
  /// Whether no new addresses are given out. Addresses that pods have stay the pool's.
  public var isDisabled = false
  public var ipipMode = EncapsulationMode.never
  public var vxlanMode = EncapsulationMode.never

  public init() {}

  /// What a pool says, and what is wrong with it. The CIDR is not looked at.
  ///
  /// - Parameter name: for messages.
  public static func reading(
    _ spec: OpenSpec, name: String
  ) -> (settings: IPPoolSettings, complaints: [FieldComplaint]) {
    var settings = IPPoolSettings()
    var reader = FieldReader(LayeredFields([("IPPool \(name)", spec)]))
    if case .string(let text) = reader.value("cidr") { settings.cidr = text }
    reader.read("natOutgoing", &settings.natOutgoing)
    reader.read("disabled", &settings.isDisabled)
    reader.read("ipipMode", &settings.ipipMode)
    reader.read("vxlanMode", &settings.vxlanMode)
    for (field, mode) in [("ipipMode", settings.ipipMode), ("vxlanMode", settings.vxlanMode)] where mode != .never {
      reader.complain(
        field, "is \(mode.rawValue), and nothing is encapsulated yet", "its pods are reached by native routing alone")
    }
    return (settings, reader.complaints)
  }
}
