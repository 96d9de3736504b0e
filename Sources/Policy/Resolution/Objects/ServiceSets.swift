import CalicoAPI
import DataplaneABI

/// The two sets that a service is the definition of.
public struct ServiceSets: Hashable, Sendable {
  /// For `IPSetDefinition.service`: the endpoints' addresses with their protocols and ports.
  public var ports: Set<IPSetMember> = []
  /// For `IPSetDefinition.serviceAddresses`.
  public var addresses: Set<IPSetMember> = []

  /// - Parameter slices: all of the service's. Ready or not, and ending or not, makes no difference to policies.
  public init(_ slices: some Sequence<EndpointSlice>) {
    for slice in slices where slice.addressType != .fqdn {
      for address in slice.endpoints.flatMap(\.addresses).compactMap({ AddressPrefix($0) }) {
        addresses.insert(.prefix(address))
        for port in slice.ports {
          guard let number = port.port.flatMap({ UInt16(exactly: $0) }),
            let proto = try? (port.protocol ?? .tcp).number("")
          else { continue }
          ports.insert(.port(address, proto: proto, port: number))
        }
      }
    }
  }
}

extension ServiceSets {
  /// A service that is gone has no slices, and so no members.
  public func tell(_ index: inout IPSetIndex, namespace: String, name: String) {
    index.setService(namespace: namespace, name: name, members: ports)
    index.setServiceAddresses(namespace: namespace, name: name, members: addresses)
  }
}
