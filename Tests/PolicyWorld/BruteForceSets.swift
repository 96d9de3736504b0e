import CalicoAPI
import DataplaneABI
import Policy

/// The members of sets, by asking everybody in the cluster.
package struct BruteForceSets {
  private struct Object {
    var labels: EndpointLabels
    var addresses: [AddressPrefix]
    var ports: [(name: String, proto: UInt8, port: UInt16)] = []
  }

  private let objects: [Object]
  private let slices: [EndpointSlice]

  package init(_ cluster: OracleCluster) {
    let namespaces = Dictionary(
      cluster.namespaces.map { ($0.metadata.name, $0.passedLabels) }, uniquingKeysWith: { first, _ in first })
    objects =
      cluster.pods.filter { !$0.spec.hostNetwork }.map { pod in
        let account = cluster.serviceAccounts.first {
          $0.metadata.namespace == pod.metadata.namespace && $0.metadata.name == pod.spec.serviceAccountName
        }
        return Object(
          labels: EndpointLabels(
            own: pod.policyLabels,
            inherited: [namespaces[pod.metadata.namespace] ?? [:], account?.passedLabels ?? [:]]),
          addresses: pod.isFinished ? [] : pod.status.addresses.compactMap { AddressPrefix($0) },
          ports: pod.spec.containers.flatMap(\.ports).filter { !$0.name.isEmpty }.map { port in
            let protocols: [PortProtocol: UInt8] = [.udp: 17, .sctp: 132]
            return (port.name, protocols[port.protocol] ?? 6, UInt16(port.containerPort))
          })
      }
      + cluster.networkSets.map { set in
        Object(
          labels: EndpointLabels(own: set.policyLabels, inherited: [namespaces[set.metadata.namespace] ?? [:]]),
          addresses: set.spec.nets.compactMap { AddressPrefix($0) })
      }
      + cluster.globalNetworkSets.map { set in
        Object(
          labels: EndpointLabels(own: set.policyLabels), addresses: set.spec.nets.compactMap { AddressPrefix($0) })
      }
      + cluster.hostEndpoints.map { host in
        Object(
          labels: EndpointLabels(own: host.policyLabels),
          addresses: host.spec.expectedIPs.compactMap { AddressPrefix($0) },
          ports: host.spec.ports.map { ($0.name, $0.protocol.number ?? 0, UInt16($0.port)) })
      }
    slices = cluster.endpointSlices
  }

  package func members(of definition: IPSetDefinition) -> Set<IPSetMember> {
    switch definition {
    case .selector(let selector):
      return Set(objects.filter { selector.matches($0.labels) }.flatMap { $0.addresses.map(IPSetMember.prefix) })
    case .namedPort(let selector, let name, let proto):
      var members: Set<IPSetMember> = []
      for object in objects where selector.matches(object.labels) {
        for port in object.ports where port.name == name && port.proto == proto {
          for address in object.addresses { members.insert(.port(address, proto: proto, port: port.port)) }
        }
      }
      return members
    case .service(let namespace, let name): return sets(namespace, name).ports
    case .serviceAddresses(let namespace, let name): return sets(namespace, name).addresses
    }
  }

  private func sets(_ namespace: String, _ service: String) -> ServiceSets {
    ServiceSets(slices.filter { $0.metadata.namespace == namespace && $0.serviceName == service })
  }
}
