/// What load balancers are told of a service at its `healthCheckNodePort`: whether this node has endpoints of it.
public struct ServiceHealth: Hashable, Sendable {
  public var service: ServiceName
  /// Ready endpoints on this node, each address once; of a service of two families the greater number.
  public var localEndpoints: Int

  public init(service: ServiceName, localEndpoints: Int) {
    self.service = service
    self.localEndpoints = localEndpoints
  }
}
