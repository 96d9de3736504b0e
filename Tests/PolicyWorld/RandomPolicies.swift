import CalicoAPI
import Policy

extension RandomWorld {
  package mutating func addPolicy(_ number: Int, to cluster: inout OracleCluster) {
    let name = chance.pick(["p\(number)", "p\(number)-x", "q\(number)"])
    let namespace = chance.pick(Self.namespaces)
    switch Int.random(in: 0..<5, using: &chance) {
    case 0: cluster.kubernetesPolicies.append(kubernetesPolicy(namespace, name))
    case 1: cluster.clusterPolicies.append(clusterPolicy(name))
    case 2:
      let spec = spec()
      cluster.networkPolicies.append(
        CalicoNetworkPolicy(
          metadata: ObjectMeta(name: name, namespace: namespace),
          spec: NetworkPolicySpec(
            tier: spec.tier, order: spec.order, selector: spec.selector,
            serviceAccountSelector: spec.serviceAccountSelector, ingress: spec.ingress, egress: spec.egress,
            types: spec.types)))
    default:
      var spec = spec()
      spec.namespaceSelector = maybe(oneIn: 3, "") { $0.selector() }
      spec.doNotTrack = chance.isTrue(oneIn: 30)
      spec.preDNAT = chance.isTrue(oneIn: 30)
      cluster.globalPolicies.append(GlobalNetworkPolicy(metadata: ObjectMeta(name: name), spec: spec))
    }
  }

  package mutating func maybe<Value>(oneIn count: Int, _ otherwise: Value, _ make: (inout Self) -> Value) -> Value {
    chance.isTrue(oneIn: count) ? make(&self) : otherwise
  }

  package mutating func list<Value>(_ range: ClosedRange<Int>, _ make: (inout Self) -> Value) -> [Value] {
    var values: [Value] = []
    for _ in 0..<count(range) { values.append(make(&self)) }
    return values
  }

  // Selectors.

  package mutating func selector() -> String {
    if chance.isTrue(oneIn: mishaps) {
      return chance.pick(["app =", "!!", "app == 'a' &&", "(app == 'a'", "app in {'a'"])
    }
    return expression(depth: 2)
  }

  private mutating func expression(depth: Int) -> String {
    if depth > 0, chance.isTrue(oneIn: 3) {
      let parts = list(2...3) { $0.expression(depth: depth - 1) }.joined(separator: chance.pick([" && ", "||"]))
      return chance.pick(["(\(parts))", "!(\(parts))"])
    }
    let key = chance.pick(Self.keys + ["projectcalico.org/name"])
    let value = chance.pick(Self.values + Self.namespaces)
    return chance.pick([
      "\(key) == '\(value)'", "\(key) != \"\(value)\"", "has(\(key))", "!has(\(key))", "\(key) in {'a', 'b'}",
      "\(key) not in {'\(value)'}", "\(key) notin { \"a\" }", "\(key) contains '\(value)'", "\(key) starts with 'a'",
      "\(key) endswith 'b'", "all()", "!all()", "global()", "\(key) in {}",
    ])
  }

  package mutating func labelSelector() -> LabelSelector {
    var selector = LabelSelector()
    for key in Self.keys where chance.isTrue(oneIn: 4) { selector.matchLabels[key] = chance.pick(Self.values) }
    if chance.isTrue(oneIn: 2) {
      let operators: [LabelOperator] = [.in, .notIn, .exists, .doesNotExist]
      let op = chance.isTrue(oneIn: mishaps) ? "Near" : chance.pick(operators)
      let values = op == .in || op == .notIn ? list(1...2) { $0.chance.pick(Self.values) } : []
      selector.matchExpressions = [.init(key: chance.pick(Self.keys), operator: op, values: values)]
    }
    return selector
  }

  // Kubernetes.

  private mutating func kubernetesPolicy(_ namespace: String, _ name: String) -> KubernetesNetworkPolicy {
    let types: [[PolicyType]] = [[], [.ingress], [.egress], [.ingress, .egress]]
    return KubernetesNetworkPolicy(
      metadata: ObjectMeta(name: name, namespace: namespace),
      spec: KubernetesNetworkPolicySpec(
        podSelector: maybe(oneIn: 2, LabelSelector()) { $0.labelSelector() },
        ingress: list(0...2) {
          KubernetesIngressRule(
            ports: $0.list(0...2) { $0.kubernetesPort() }, from: $0.list(0...2) { $0.kubernetesPeer() })
        },
        egress: list(0...2) {
          KubernetesEgressRule(
            ports: $0.list(0...2) { $0.kubernetesPort() }, to: $0.list(0...2) { $0.kubernetesPeer() })
        },
        policyTypes: chance.isTrue(oneIn: mishaps) ? ["Both"] : chance.pick(types)))
  }

  private mutating func kubernetesPeer() -> KubernetesPolicyPeer {
    switch Int.random(in: 0..<4, using: &chance) {
    case 0:
      let cidr = nets(1...1, mayBeBad: true)[0]
      return KubernetesPolicyPeer(ipBlock: IPBlock(cidr: cidr, except: nets(0...2, mayBeBad: true)))
    case 1: return KubernetesPolicyPeer(podSelector: labelSelector())
    case 2:
      if chance.isTrue(oneIn: mishaps) { return KubernetesPolicyPeer() }
      return KubernetesPolicyPeer(namespaceSelector: labelSelector())
    default: return KubernetesPolicyPeer(podSelector: labelSelector(), namespaceSelector: labelSelector())
    }
  }

  private mutating func kubernetesPort() -> KubernetesPolicyPort {
    let protocols: [PortProtocol?] = [nil, .tcp, .udp, .sctp]
    let proto = chance.isTrue(oneIn: mishaps) ? "GRE" : chance.pick(protocols)
    let number = Int32(chance.pick(RandomPackets.ports))
    switch Int.random(in: 0..<5, using: &chance) {
    case 0: return KubernetesPolicyPort(protocol: proto)
    case 1: return KubernetesPolicyPort(protocol: proto, port: .string(chance.pick(Self.portNames)))
    case 2: return KubernetesPolicyPort(protocol: proto, port: .int(number), endPort: number + Int32(count(-1...400)))
    default: return KubernetesPolicyPort(protocol: proto, port: .int(chance.isTrue(oneIn: mishaps) ? 0 : number))
    }
  }

  // ClusterNetworkPolicy.

  private mutating func clusterPolicy(_ name: String) -> ClusterNetworkPolicy {
    ClusterNetworkPolicy(
      metadata: ObjectMeta(name: name),
      spec: ClusterNetworkPolicySpec(
        tier: chance.isTrue(oneIn: mishaps) ? "Middle" : chance.pick([.admin, .baseline]),
        priority: maybe(oneIn: mishaps, Int32(count(0...3))) { _ in nil }, subject: clusterSubject(),
        ingress: list(0...3) {
          ClusterIngressRule(
            action: $0.clusterAction(), from: $0.list(1...2) { $0.clusterPeer(.ingress) },
            protocols: $0.list(0...2) { $0.clusterProtocol() })
        },
        egress: list(0...3) {
          ClusterEgressRule(
            action: $0.clusterAction(), to: $0.list(1...2) { $0.clusterPeer(.egress) },
            protocols: $0.list(0...2) { $0.clusterProtocol() })
        }))
  }

  private mutating func clusterAction() -> ClusterPolicyAction {
    chance.isTrue(oneIn: mishaps) ? "Permit" : chance.pick([.accept, .deny, .pass])
  }

  private mutating func clusterSubject() -> ClusterPolicySubject {
    if chance.isTrue(oneIn: mishaps) { return ClusterPolicySubject() }
    if chance.isTrue(oneIn: 2) { return ClusterPolicySubject(namespaces: labelSelector()) }
    return ClusterPolicySubject(namespaces: nil, pods: namespacedPods())
  }

  private mutating func namespacedPods() -> NamespacedPods {
    NamespacedPods(namespaceSelector: labelSelector(), podSelector: labelSelector())
  }

  private mutating func clusterPeer(_ direction: PolicyDirection) -> ClusterPolicyPeer {
    if chance.isTrue(oneIn: mishaps) { return ClusterPolicyPeer() }
    if chance.isTrue(oneIn: mishaps) { return ClusterPolicyPeer(nodes: LabelSelector()) }
    if direction == .egress || chance.isTrue(oneIn: mishaps), chance.isTrue(oneIn: 3) {
      return ClusterPolicyPeer(networks: nets(1...2, mayBeBad: true))
    }
    if chance.isTrue(oneIn: 2) { return ClusterPolicyPeer(namespaces: labelSelector()) }
    return ClusterPolicyPeer(pods: namespacedPods())
  }

  private mutating func clusterProtocol() -> ClusterPolicyProtocol {
    if chance.isTrue(oneIn: 4) { return ClusterPolicyProtocol(destinationNamedPort: chance.pick(Self.portNames)) }
    let number = Int32(chance.pick(RandomPackets.ports))
    var port = ClusterPolicyPort(number: number)
    if chance.isTrue(oneIn: 3) {
      port = ClusterPolicyPort(range: .init(start: number, end: number + Int32(count(0...300))))
    }
    if chance.isTrue(oneIn: mishaps) { port.number = 0 }
    let ports = ClusterProtocolPorts(destinationPort: port)
    switch Int.random(in: 0..<3, using: &chance) {
    case 0: return ClusterPolicyProtocol(tcp: ports, udp: chance.isTrue(oneIn: mishaps) ? ports : nil)
    case 1: return ClusterPolicyProtocol(udp: ports)
    default: return ClusterPolicyProtocol(sctp: ports)
    }
  }

  // Calico.

  private mutating func spec() -> GlobalNetworkPolicySpec {
    let types: [[PolicyType]] = [[], [.ingress], [.egress], [.ingress, .egress]]
    return GlobalNetworkPolicySpec(
      tier: chance.pick(["", "default", "", "kube-baseline"] + Self.tiers), order: chance.pick([nil, 1, 1000, 2, 1]),
      selector: maybe(oneIn: 2, "") { $0.selector() }, serviceAccountSelector: maybe(oneIn: 6, "") { $0.selector() },
      ingress: list(0...3) { $0.rule(.ingress) }, egress: list(0...3) { $0.rule(.egress) },
      types: chance.isTrue(oneIn: mishaps) ? ["ingress"] : chance.pick(types))
  }

  private mutating func rule(_ direction: PolicyDirection) -> CalicoRule {
    let actions: [CalicoAction] = [.allow, .allow, .deny, .pass, .log]
    let protocols: [CalicoProtocol?] = [nil, .tcp, .tcp, .udp, .udp, .sctp, .icmp, .icmpv6, 47]
    var rule = CalicoRule(action: chance.isTrue(oneIn: mishaps) ? "Reject" : chance.pick(actions))
    rule.protocol = chance.isTrue(oneIn: mishaps) ? "IPIP6" : chance.pick(protocols)
    rule.ipVersion = maybe(oneIn: 8, nil) { $0.chance.pick([4, 6]) }
    rule.notProtocol = maybe(oneIn: 8, nil) { $0.chance.pick([.tcp, .udp, .icmp]) }
    let isICMP = [1, 58].contains(rule.protocol?.number ?? 0)
    if isICMP || chance.isTrue(oneIn: mishaps) {
      rule.icmp = maybe(oneIn: 2, nil) { $0.icmp() }
    }
    rule.notICMP = maybe(oneIn: isICMP ? 3 : 12, nil) { $0.icmp() }
    let hasPorts = rule.protocol?.hasPorts ?? chance.isTrue(oneIn: 4)
    let hasNumbers = rule.protocol != nil
    rule.source = entity(hasPorts, hasNumbers, mayBeService: direction == .ingress)
    rule.destination = entity(hasPorts, hasNumbers, mayBeService: direction == .egress)
    return rule
  }

  private mutating func icmp() -> ICMPFields {
    ICMPFields(type: chance.pick([nil, 0, 3, 8, 128]), code: maybe(oneIn: 3, nil) { $0.chance.pick([0, 1]) })
  }

  private mutating func entity(_ hasPorts: Bool, _ hasNumbers: Bool, mayBeService: Bool) -> EntityRule {
    var entity = EntityRule()
    if mayBeService && chance.isTrue(oneIn: 5) || chance.isTrue(oneIn: mishaps * 2) {
      entity.services = ServiceMatch(
        name: chance.pick(Self.services), namespace: chance.pick(Self.namespaces + ["x", "y", ""]))
      return entity
    }
    if chance.isTrue(oneIn: 2) { return entity }
    entity.nets = maybe(oneIn: 4, []) { $0.nets(1...3, mayBeBad: true) }
    entity.notNets = maybe(oneIn: 5, []) { $0.nets(1...2, mayBeBad: true) }
    entity.selector = maybe(oneIn: 3, "") { $0.selector() }
    entity.notSelector = maybe(oneIn: 5, "") { $0.selector() }
    entity.namespaceSelector = maybe(oneIn: 5, "") { $0.selector() }
    entity.serviceAccounts = maybe(oneIn: 8, nil) { world in
      ServiceAccountMatch(
        names: world.list(0...1) { $0.chance.pick(Self.accounts) },
        selector: world.maybe(oneIn: 2, "") { $0.selector() })
    }
    if hasPorts || chance.isTrue(oneIn: mishaps) {
      let isNamed = !(hasPorts && hasNumbers)
      entity.ports = maybe(oneIn: 3, []) { $0.list(1...3) { $0.port(isNamed) } }
      entity.notPorts = maybe(oneIn: 5, []) { $0.list(1...2) { $0.port(isNamed) } }
    }
    return entity
  }

  private mutating func port(_ isNamed: Bool) -> CalicoPort {
    if isNamed { return CalicoPort(chance.pick(Self.portNames)) }
    let number = chance.pick(RandomPackets.ports)
    switch Int.random(in: 0..<4, using: &chance) {
    case 0: return CalicoPort(chance.pick(Self.portNames))
    case 1: return CalicoPort("\(number):\(min(65535, Int(number) + count(0...400)))")
    default: return chance.isTrue(oneIn: mishaps) ? CalicoPort("9:8") : CalicoPort(number)
    }
  }
}

extension OracleCluster {
  package mutating func removePolicies() {
    kubernetesPolicies = []
    clusterPolicies = []
    networkPolicies = []
    globalPolicies = []
  }

  package mutating func add(_ policy: PolicyObject) {
    switch policy {
    case .kubernetes(let policy): kubernetesPolicies.append(policy)
    case .cluster(let policy): clusterPolicies.append(policy)
    case .network(let policy): networkPolicies.append(policy)
    case .global(let policy): globalPolicies.append(policy)
    }
  }
}
