/// Lets traffic in that comes from one of the peers and goes to one of the ports.
public struct KubernetesIngressRule: Codable, Hashable, Sendable {
  /// Empty means all.
  @OmitZero public var ports: [KubernetesPolicyPort]
  /// Empty means anybody.
  @OmitZero public var from: [KubernetesPolicyPeer]

  public init(ports: [KubernetesPolicyPort] = [], from: [KubernetesPolicyPeer] = []) {
    self.ports = ports
    self.from = from
  }
}

/// Lets traffic out that goes to one of the peers and there to one of the ports.
public struct KubernetesEgressRule: Codable, Hashable, Sendable {
  /// Empty means all.
  @OmitZero public var ports: [KubernetesPolicyPort]
  /// Empty means anybody.
  @OmitZero public var to: [KubernetesPolicyPeer]

  public init(ports: [KubernetesPolicyPort] = [], to: [KubernetesPolicyPeer] = []) {
    self.ports = ports
    self.to = to
  }
}

/// A port, a range of them, or all of a protocol.
public struct KubernetesPolicyPort: Codable, Hashable, Sendable {
  /// Absent means TCP.
  public var `protocol`: PortProtocol?
  /// A number, or the name of pods' ports; absent means all.
  public var port: IntOrString?
  /// The last port of a range that begins with `port`, which then is a number.
  public var endPort: Int32?

  public init(protocol: PortProtocol? = nil, port: IntOrString? = nil, endPort: Int32? = nil) {
    self.protocol = `protocol`
    self.port = port
    self.endPort = endPort
  }
}

/// Pods by selectors, or a range of addresses. One without any field is a mistake, and is nobody.
public struct KubernetesPolicyPeer: Codable, Hashable, Sendable {
  /// Without `namespaceSelector`, pods of the policy's namespace; empty means all pods.
  public var podSelector: LabelSelector?
  /// Absent means the policy's own namespace, empty means all namespaces.
  public var namespaceSelector: LabelSelector?
  public var ipBlock: IPBlock?

  public init(
    podSelector: LabelSelector? = nil, namespaceSelector: LabelSelector? = nil, ipBlock: IPBlock? = nil
  ) {
    self.podSelector = podSelector
    self.namespaceSelector = namespaceSelector
    self.ipBlock = ipBlock
  }
}

/// A range of addresses less some parts of it.
public struct IPBlock: Codable, Hashable, Sendable {
  /// "10.65.0.0/16"
  @OmitZero public var cidr: String
  /// Parts of `cidr` that are left out.
  @OmitZero public var except: [String]

  public init(cidr: String, except: [String] = []) {
    self.cidr = cidr
    self.except = except
  }
}
