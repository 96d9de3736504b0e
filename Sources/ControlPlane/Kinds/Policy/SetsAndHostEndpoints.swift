import CalicoAPI

extension ResourceDescriptor {
  static let networkSet = calicoKind(
    NetworkSetKind.self, ["netset", "netsets"], .networkSet, [.name, .age], setDefaults: { _ in })

  static let globalNetworkSet = calicoKind(
    GlobalNetworkSetKind.self, ["gns"], .globalNetworkSet, [.name, .age], setDefaults: { _ in })

  static let hostEndpoint = calicoKind(
    HostEndpointKind.self, ["hep", "heps"], .hostEndpoint,
    [.name, .specField("Node", "node"), .specField("Interface", "interfaceName")], setDefaults: { _ in })
}
