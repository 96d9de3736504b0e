import CalicoAPI
import Policy

/// Makes a cluster small that shows something.
package enum WorldShrinking {
  /// Leaves out objects, then rules, then what rules say, as long as what is shown stays.
  package static func smallest(_ cluster: OracleCluster, shows: (OracleCluster) -> Bool) -> OracleCluster {
    var cluster = cluster
    var size = Int.max
    while weight(cluster) < size {
      size = weight(cluster)
      shrink(&cluster, \.kubernetesPolicies, shows)
      shrink(&cluster, \.clusterPolicies, shows)
      shrink(&cluster, \.networkPolicies, shows)
      shrink(&cluster, \.globalPolicies, shows)
      shrink(&cluster, \.tiers, shows)
      shrink(&cluster, \.namespaces, shows)
      shrink(&cluster, \.serviceAccounts, shows)
      shrink(&cluster, \.pods, shows)
      shrink(&cluster, \.hostEndpoints, shows)
      shrink(&cluster, \.networkSets, shows)
      shrink(&cluster, \.globalNetworkSets, shows)
      shrink(&cluster, \.endpointSlices, shows)
      for index in cluster.kubernetesPolicies.indices {
        shrink(&cluster, \.kubernetesPolicies[index].spec.ingress, shows)
        shrink(&cluster, \.kubernetesPolicies[index].spec.egress, shows)
      }
      for index in cluster.clusterPolicies.indices {
        shrink(&cluster, \.clusterPolicies[index].spec.ingress, shows)
        shrink(&cluster, \.clusterPolicies[index].spec.egress, shows)
      }
      for index in cluster.networkPolicies.indices {
        shrinkRules(&cluster, \.networkPolicies[index].spec.ingress, shows)
        shrinkRules(&cluster, \.networkPolicies[index].spec.egress, shows)
      }
      for index in cluster.globalPolicies.indices {
        shrinkRules(&cluster, \.globalPolicies[index].spec.ingress, shows)
        shrinkRules(&cluster, \.globalPolicies[index].spec.egress, shows)
      }
    }
    return cluster
  }

  private static func weight(_ cluster: OracleCluster) -> Int { cluster.text.utf8.count }

  private static func shrink<Element>(
    _ cluster: inout OracleCluster, _ list: WritableKeyPath<OracleCluster, [Element]>,
    _ shows: (OracleCluster) -> Bool
  ) {
    for index in cluster[keyPath: list].indices.reversed() {
      var fewer = cluster
      fewer[keyPath: list].remove(at: index)
      if shows(fewer) { cluster = fewer }
    }
  }

  private static func shrinkRules(
    _ cluster: inout OracleCluster, _ rules: WritableKeyPath<OracleCluster, [CalicoRule]>,
    _ shows: (OracleCluster) -> Bool
  ) {
    shrink(&cluster, rules, shows)
    for index in cluster[keyPath: rules].indices {
      for simplify in simplifications {
        var simpler = cluster
        simplify(&simpler[keyPath: rules][index])
        if shows(simpler) { cluster = simpler }
      }
    }
  }

  private static let simplifications: [@Sendable (inout CalicoRule) -> Void] = [
    { $0.protocol = nil }, { $0.notProtocol = nil }, { $0.icmp = nil }, { $0.notICMP = nil }, { $0.ipVersion = nil },
    { $0.source = EntityRule() }, { $0.destination = EntityRule() },
    { $0.source.nets = [] }, { $0.source.notNets = [] }, { $0.source.selector = "" }, { $0.source.notSelector = "" },
    { $0.source.namespaceSelector = "" }, { $0.source.ports = [] }, { $0.source.notPorts = [] },
    { $0.source.serviceAccounts = nil }, { $0.destination.nets = [] }, { $0.destination.notNets = [] },
    { $0.destination.selector = "" }, { $0.destination.notSelector = "" }, { $0.destination.namespaceSelector = "" },
    { $0.destination.ports = [] }, { $0.destination.notPorts = [] }, { $0.destination.serviceAccounts = nil },
  ]
}
