import CalicoAPI
import DataplaneABI
import Services

extension MaglevRefusal {
  /// What an operator is told.
  func sentence(_ port: MaglevPort, _ settings: FelixSettings) -> String {
    let reason =
      switch self {
      case .endpoints(let count):
        "its \(count) endpoints are more than bpfMaglevMaxEndpointsPerService allows, which is \(settings.maglevEndpoints)"
      case .services:
        "bpfMaglevMaxServices allows \(settings.maglevServices) ports of services to have one, and as many come before it by name"
      case .slots:
        "all tables together have room for \(MapCapacity.maglev) slots, and those that come before it by name need it"
      }
    return "Service \(port.service): port \(port.port) gets no Maglev table: \(reason); "
      + "clients outside get any of its endpoints, and lose their connections with the node that they came by"
  }
}
