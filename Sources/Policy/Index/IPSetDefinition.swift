/// What the members of a set are.
public enum IPSetDefinition: Hashable, Sendable {
  /// The addresses of what is selected.
  case selector(Selector)
  /// A port by name: address, protocol and number of each port of this name and IP protocol that what is selected has.
  case namedPort(Selector, name: String, proto: UInt8)
  /// The addresses, protocols and ports of a service's endpoints.
  case service(namespace: String, name: String)
  /// The addresses of a service's endpoints, whatever the port: for what comes from a service.
  case serviceAddresses(namespace: String, name: String)
}

extension IPSetDefinition {
  /// Equal for equal definitions, and only for those.
  public var id: IPSetID {
    switch self {
    case .selector(let selector): IPSetID("selector:\(selector)")
    case .namedPort(let selector, let name, let proto): IPSetID("port:\(proto)/\(name.utf8.count)/\(name)/\(selector)")
    case .service(let namespace, let name): IPSetID("service:\(namespace)/\(name)")
    case .serviceAddresses(let namespace, let name): IPSetID("service-addresses:\(namespace)/\(name)")
    }
  }
}
