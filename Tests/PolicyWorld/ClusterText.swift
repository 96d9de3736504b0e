import CalicoAPI
import FoundationEssentials
import Policy

extension OracleCluster {
  /// What there is, an object a line.
  package var text: String {
    let parts: [[String]] = [
      lines(tiers), lines(kubernetesPolicies), lines(clusterPolicies), lines(networkPolicies), lines(globalPolicies),
      lines(namespaces), lines(serviceAccounts), lines(pods), lines(hostEndpoints), lines(networkSets),
      lines(globalNetworkSets), lines(endpointSlices),
    ]
    return parts.joined().joined(separator: "\n")
  }

  private func lines(_ objects: [some Encodable]) -> [String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return objects.map { object in
      (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "\(object)"
    }
  }
}
