import CalicoAPI
import Policy

// Policies of Kubernetes in few words.

/// A policy of any kind, and what kind it is.
typealias AnyPolicy = PolicyObject

let nameLabel = "kubernetes.io/metadata.name"

/// All pods, all namespaces.
let every = LabelSelector()

func labels(_ labels: [String: String]) -> LabelSelector { LabelSelector(matchLabels: labels) }

func namespace(_ name: String) -> LabelSelector { labels([nameLabel: name]) }

func expression(_ key: String, _ operator: LabelOperator, _ values: [String] = []) -> LabelSelector {
  LabelSelector(matchLabels: [:], matchExpressions: [.init(key: key, operator: `operator`, values: values)])
}

/// One rule: with `from` or `to`.
struct NetpolRule: Sendable {
  enum Peer: Sendable {
    case pods(LabelSelector)
    case namespaces(LabelSelector)
    case both(namespaces: LabelSelector, pods: LabelSelector)
    case block(String, except: [String] = [])

    var object: KubernetesPolicyPeer {
      switch self {
      case .pods(let pods): KubernetesPolicyPeer(podSelector: pods)
      case .namespaces(let namespaces): KubernetesPolicyPeer(namespaceSelector: namespaces)
      case .both(let namespaces, let pods): KubernetesPolicyPeer(podSelector: pods, namespaceSelector: namespaces)
      case .block(let cidr, let except): KubernetesPolicyPeer(ipBlock: IPBlock(cidr: cidr, except: except))
      }
    }
  }

  var peers: [Peer]
  var ports: [KubernetesPolicyPort]

  static func from(_ peers: Peer..., ports: KubernetesPolicyPort...) -> NetpolRule {
    NetpolRule(peers: peers, ports: ports)
  }

  static func to(_ peers: Peer..., ports: KubernetesPolicyPort...) -> NetpolRule {
    NetpolRule(peers: peers, ports: ports)
  }
}

extension KubernetesPolicyPort {
  static func tcp(_ port: Int32) -> Self { number(port, .tcp) }
  static func udp(_ port: Int32) -> Self { number(port, .udp) }
  static func sctp(_ port: Int32) -> Self { number(port, .sctp) }

  /// Without a protocol, the policy says none.
  static func number(_ port: Int32, _ transport: Transport? = nil) -> Self {
    Self(protocol: transport?.name, port: .int(port))
  }

  static func named(_ name: String, _ transport: Transport? = nil) -> Self {
    Self(protocol: transport?.name, port: .string(name))
  }

  static func range(_ ports: ClosedRange<Int32>, _ transport: Transport? = nil) -> Self {
    Self(protocol: transport?.name, port: .int(ports.lowerBound), endPort: ports.upperBound)
  }

  static func all(_ transport: Transport?) -> Self { Self(protocol: transport?.name) }
}

extension Transport {
  var name: PortProtocol {
    switch self {
    case .tcp: .tcp
    case .udp: .udp
    case .sctp: .sctp
    }
  }
}

/// A NetworkPolicy of the directions whose rules are given.
func netpol(
  _ namespace: String, _ name: String, pods: LabelSelector = every, ingress: [NetpolRule]? = nil,
  egress: [NetpolRule]? = nil
) -> AnyPolicy {
  var types: [PolicyType] = []
  if ingress != nil { types.append(.ingress) }
  if egress != nil { types.append(.egress) }
  return .kubernetes(
    KubernetesNetworkPolicy(
      metadata: ObjectMeta(name: name, namespace: namespace),
      spec: KubernetesNetworkPolicySpec(
        podSelector: pods,
        ingress: (ingress ?? []).map { KubernetesIngressRule(ports: $0.ports, from: $0.peers.map(\.object)) },
        egress: (egress ?? []).map { KubernetesEgressRule(ports: $0.ports, to: $0.peers.map(\.object)) },
        policyTypes: types)))
}
