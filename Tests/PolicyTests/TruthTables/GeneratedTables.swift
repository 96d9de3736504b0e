import CalicoAPI
import Policy

/// Policies of Kubernetes made from all that the API's definition lets one say, one part varied at a time: targets, directions, peers,
/// ports and protocols, numbers of rules. What they come to is the oracle's word.
enum GeneratedPolicies {
  struct Named<Value: Sendable>: Sendable {
    var name: String
    var value: Value
  }

  static let targets: [Named<LabelSelector>] = [
    Named(name: "all pods", value: every),
    Named(name: "pods by label", value: labels(["pod": "a"])),
    Named(name: "pods In", value: expression("pod", .in, ["a", "b"])),
    Named(name: "pods NotIn", value: expression("pod", .notIn, ["a"])),
    Named(name: "pods Exists", value: expression("pod", .exists)),
    Named(name: "pods DoesNotExist", value: expression("pod", .doesNotExist)),
    Named(
      name: "pods by label and expression",
      value: LabelSelector(
        matchLabels: ["pod": "a"], matchExpressions: [.init(key: "gone", operator: .doesNotExist)])),
  ]

  static func peers(_ family: AddressFamily) -> [Named<NetpolRule.Peer>] {
    let pods: [Named<LabelSelector?>] = [
      Named(name: "no podSelector", value: nil), Named(name: "all pods", value: every),
      Named(name: "pods by label", value: labels(["pod": "b"])),
      Named(name: "pods by expression", value: expression("pod", .notIn, ["b"])),
    ]
    let namespaces: [Named<LabelSelector?>] = [
      Named(name: "policy's namespace", value: nil), Named(name: "all namespaces", value: every),
      Named(name: "namespaces by label", value: labels(["ns": "y"])),
      Named(name: "namespaces by expression", value: expression("ns", .notIn, ["y"])),
    ]
    var peers: [Named<NetpolRule.Peer>] = []
    for pod in pods {
      for namespace in namespaces {
        let name = "\(pod.name), \(namespace.name)"
        switch (pod.value, namespace.value) {
        case (nil, nil): break
        case (let pods?, nil): peers.append(Named(name: name, value: .pods(pods)))
        case (nil, let namespaces?): peers.append(Named(name: name, value: .namespaces(namespaces)))
        case (let pods?, let namespaces?):
          peers.append(Named(name: name, value: .both(namespaces: namespaces, pods: pods)))
        }
      }
    }
    peers.append(Named(name: "ipBlock", value: .block(block("y", family))))
    peers.append(
      Named(name: "ipBlock with except", value: .block(block("y", family), except: [host("y/b", family)])))
    return peers
  }

  static let ports: [Named<KubernetesPolicyPort>] = {
    var ports: [Named<KubernetesPolicyPort>] = []
    for transport in [nil, .tcp, .udp, .sctp] as [Transport?] {
      let name = transport.map { "\($0)" } ?? "no protocol"
      ports.append(Named(name: "\(name), no port", value: .all(transport)))
      ports.append(Named(name: "\(name), port 81", value: .number(81, transport)))
      ports.append(Named(name: "\(name), named port", value: .named("serve-81-tcp", transport)))
      ports.append(Named(name: "\(name), named port of UDP", value: .named("serve-80-udp", transport)))
      ports.append(Named(name: "\(name), range", value: .range(80...81, transport)))
    }
    return ports
  }()

  /// One direction's rules, named.
  static func rules(_ family: AddressFamily) -> [Named<[NetpolRule]>] {
    let peers = peers(family)
    var all: [Named<[NetpolRule]>] = [
      Named(name: "no rules", value: []), Named(name: "a rule for everything", value: [.from()]),
    ]
    all += peers.map { peer in Named(name: peer.name, value: [.from(peer.value)]) }
    all += ports.map { port in Named(name: port.name, value: [.from(ports: port.value)]) }
    for (index, first) in ports.enumerated() {
      for second in ports[(index + 1)...] {
        all.append(Named(name: "\(first.name) or \(second.name)", value: [.from(ports: first.value, second.value)]))
      }
    }
    for (index, first) in peers.enumerated() {
      let second = peers[(index + 5) % peers.count]
      let port = ports[index % ports.count]
      all.append(Named(name: "\(first.name) or \(second.name)", value: [.from(first.value, second.value)]))
      all.append(Named(name: "\(first.name) at \(port.name)", value: [.from(first.value, ports: port.value)]))
      all.append(
        Named(
          name: "\(first.name) at \(port.name), and \(second.name)",
          value: [.from(first.value, ports: port.value), .from(second.value)]))
    }
    return all
  }

  struct Case: Sendable, CustomStringConvertible {
    var description: String
    var policies: [AnyPolicy]
  }

  static func cases(_ family: AddressFamily) -> [Case] {
    var cases: [Case] = []
    let rules = rules(family)
    for rule in rules {
      cases.append(Case(description: "ingress: \(rule.name)", policies: [netpol("x", "p", ingress: rule.value)]))
      cases.append(Case(description: "egress: \(rule.name)", policies: [netpol("x", "p", egress: rule.value)]))
    }
    for (index, target) in targets.enumerated() {
      let rule = rules[index * 7 % rules.count].value
      cases += [
        Case(description: "\(target.name): ingress", policies: [netpol("x", "p", pods: target.value, ingress: rule)]),
        Case(description: "\(target.name): egress", policies: [netpol("x", "p", pods: target.value, egress: rule)]),
        Case(
          description: "\(target.name): both",
          policies: [netpol("x", "p", pods: target.value, ingress: rule, egress: [])]
        ),
      ]
    }
    // Policies beside each other: what one allows, another's silence does not take away.
    for (index, first) in rules.enumerated() where index % 5 == 0 {
      let second = rules[(index * 3 + 11) % rules.count]
      cases.append(
        Case(
          description: "\(first.name), and in another policy \(second.name)",
          policies: [
            netpol("x", "p", ingress: first.value), netpol("x", "q", pods: labels(["pod": "a"]), ingress: second.value),
            netpol("y", "r", egress: second.value),
          ]))
    }
    return cases
  }
}
