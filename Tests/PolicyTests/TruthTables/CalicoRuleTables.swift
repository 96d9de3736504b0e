import CalicoAPI
import Policy

/// What the fields of Calico's rules match.
let calicoRuleTables: [TruthTable] = [
  TruthTable("a selector in a namespace's policy is about that namespace", pods: "x/a x/b y/b") { _ in
    [
      .put(np("x", "p", ingress: [rule(.allow, from: EntityRule(selector: "pod == 'b'"))])),
      .lets("x/a", from: "x/b"), .stops("x/a", from: "y/b"),
      .put(gnp("p", order: 1, ingress: [rule(.allow, from: EntityRule(selector: "pod == 'b'"))])),
      .lets("x/a", from: "y/b", by: "p[0]"),
    ]
  },
  TruthTable("namespaceSelector", pods: "x/a x/b y/a y/b z/b") { _ in
    [
      .put(
        np(
          "x", "p",
          ingress: [rule(.allow, from: EntityRule(selector: "pod == 'b'", namespaceSelector: "ns in {'y', 'x'}"))])),
      .lets("x/a", from: "x/b"), .lets("x/a", from: "y/b"), .stops("x/a", from: "y/a"), .stops("x/a", from: "z/b"),
      .put(np("x", "p", ingress: [rule(.allow, from: EntityRule(namespaceSelector: "projectcalico.org/name == 'z'"))])),
      .lets("x/a", from: "z/b"), .stops("x/a", from: "x/b"),
      .put(np("x", "p", ingress: [rule(.allow, from: EntityRule(namespaceSelector: "all()"))])),
      .lets("x/a", from: "z/b"), .lets("x/a", from: "x/b"),
    ]
  },
  TruthTable("all() and global() in a namespaceSelector", pods: "x/a y/a") { family in
    let outside = family == .ipv4 ? ("192.0.2.1", "192.0.2.0/24") : ("2001:db8::1", "2001:db8::/64")
    return [
      networkSet(nil, "out", ["kind": "out"], outside.1),
      .put(np("x", "p", ingress: [rule(.allow, from: EntityRule(namespaceSelector: "all()"))])),
      .stops("x/a", from: outside.0), .lets("x/a", from: "y/a"),
      .put(np("x", "p", ingress: [rule(.allow, from: EntityRule(namespaceSelector: "global()"))])),
      .lets("x/a", from: outside.0), .stops("x/a", from: "y/a"),
      .put(np("x", "p", ingress: [rule(.allow, from: EntityRule(selector: "kind == 'out'"))])),
      .stops("x/a", from: outside.0),
      .put(gnp("p", order: 1, ingress: [rule(.allow, from: EntityRule(selector: "kind == 'out'"))])),
      .lets("x/a", from: outside.0),
    ]
  },
  TruthTable("network sets of a namespace", pods: "x/a y/a") { family in
    let (inside, outside, net) =
      family == .ipv4
      ? ("192.0.2.1", "192.0.3.1", "192.0.2.0/24") : ("2001:db8::1", "2001:db8:1::1", "2001:db8::/64")
    return [
      networkSet("x", "friends", ["role": "friend"], net),
      .put(np("x", "p", ingress: [rule(.allow, from: EntityRule(selector: "role == 'friend'"))])),
      .lets("x/a", from: inside), .stops("x/a", from: outside), .stops("x/a", from: "y/a"),
      .put(np("y", "p", ingress: [rule(.allow, from: EntityRule(selector: "role == 'friend'"))])),
      .stops("y/a", from: inside),
      .put(
        np(
          "y", "p",
          ingress: [rule(.allow, from: EntityRule(selector: "role == 'friend'", namespaceSelector: "ns == 'x'"))])
      ),
      .lets("y/a", from: inside),
      .put(netpol("y", "k", ingress: [.from(.both(namespaces: every, pods: labels(["role": "friend"])))])),
      .put(np("y", "p", order: 1, types: [.ingress])),
      .stops("y/a", from: inside, by: "end of default"),
    ]
  },
  TruthTable("notSelector lets in what is no endpoint", pods: "x/a x/b y/a y/b") { family in
    let outside = family == .ipv4 ? "192.0.2.1" : "2001:db8::1"
    return [
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(notSelector: "pod == 'b'"))])),
      .lets("x/a", from: outside), .lets("x/a", from: "y/a"), .stops("x/a", from: "x/b"), .stops("x/a", from: "y/b"),
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(selector: "!(pod == 'b')"))])),
      .stops("x/a", from: outside), .lets("x/a", from: "y/a"), .stops("x/a", from: "x/b"),
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(selector: "has(pod)", notSelector: "pod == 'b'"))])),
      .stops("x/a", from: outside), .lets("x/a", from: "y/a"), .stops("x/a", from: "y/b"),
    ]
  },
  TruthTable("notSelector in a namespace's policy is about that namespace", pods: "x/a x/b x/c y/a") { family in
    let outside = family == .ipv4 ? "192.0.2.1" : "2001:db8::1"
    return [
      .put(np("x", "p", ingress: [rule(.allow, from: EntityRule(notSelector: "pod == 'b'"))])),
      .lets("x/a", from: "x/c"), .stops("x/a", from: "x/b"), .stops("x/a", from: "y/a"), .stops("x/a", from: outside),
    ]
  },
  TruthTable("nets and notNets", pods: "x/a y/a y/b") { family in
    let nets = EntityRule(nets: ["10.65.0.0/16", "fd00:65::/32"], notNets: [host("y/b", family)])
    return [
      .put(gnp("p", ingress: [rule(.allow, from: nets)])),
      .lets("x/a", from: "y/a"), .stops("x/a", from: "y/b"),
      .stops("x/a", from: family == .ipv4 ? "10.66.0.1" : "fd00:66::1"),
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(notNets: [block("y", family)]))])),
      .stops("x/a", from: "y/a"), .lets("x/a", from: family == .ipv4 ? "10.66.0.1" : "fd00:66::1"),
    ]
  },
  TruthTable("nets of one family match none of the other", pods: "x/a y/a") { family in
    let other = family == .ipv4 ? "::/0" : "0.0.0.0/0"
    return [
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(nets: [other]))])), .stops("x/a", from: "y/a"),
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(notNets: [other]))])), .lets("x/a", from: "y/a"),
    ]
  },
  TruthTable("ipVersion", pods: "x/a y/a") { family in
    [
      .put(gnp("p", ingress: [CalicoRule(action: .allow, ipVersion: family.rawValue)])), .lets("x/a", from: "y/a"),
      .put(gnp("p", ingress: [CalicoRule(action: .allow, ipVersion: 10 - family.rawValue)])),
      .stops("x/a", from: "y/a"),
    ]
  },
  TruthTable("protocols by name and number, and not", pods: "x/a y/a") { _ in
    [
      .put(gnp("p", ingress: [rule(.allow, .udp)])), .lets("x/a", from: "y/a", .udp(1)), .stops("x/a", from: "y/a"),
      .put(gnp("p", ingress: [rule(.allow, 47)])), .lets("x/a", from: "y/a", .proto(47)),
      .stops("x/a", from: "y/a", .proto(50)),
      .put(gnp("p", ingress: [rule(.allow, "udplite")])), .lets("x/a", from: "y/a", .proto(136)),
      .put(gnp("p", ingress: [CalicoRule(action: .allow, notProtocol: .tcp)])), .stops("x/a", from: "y/a"),
      .lets("x/a", from: "y/a", .icmp(8)), .lets("x/a", from: "y/a", .udp(80)),
    ]
  },
  TruthTable("ports, ranges and notPorts", pods: "x/a y/a") { _ in
    let ports = EntityRule(ports: [80, "90:99"], notPorts: ["95:96"])
    return [
      .put(gnp("p", ingress: [rule(.allow, .tcp, to: ports)])),
      .lets("x/a", from: "y/a", .tcp(80)), .stops("x/a", from: "y/a", .tcp(79)), .stops("x/a", from: "y/a", .tcp(81)),
      .stops("x/a", from: "y/a", .tcp(89)), .lets("x/a", from: "y/a", .tcp(90)), .lets("x/a", from: "y/a", .tcp(94)),
      .stops("x/a", from: "y/a", .tcp(95)), .stops("x/a", from: "y/a", .tcp(96)), .lets("x/a", from: "y/a", .tcp(97)),
      .lets("x/a", from: "y/a", .tcp(99)), .stops("x/a", from: "y/a", .tcp(100)), .stops("x/a", from: "y/a", .udp(80)),
      .put(gnp("p", ingress: [rule(.allow, .tcp, to: EntityRule(notPorts: [80]))])),
      .stops("x/a", from: "y/a", .tcp(80)), .lets("x/a", from: "y/a", .tcp(81)),
      .put(gnp("p", ingress: [rule(.allow, .udp, from: EntityRule(ports: ["1000:2000"]))])),
      .lets("x/a", from: "y/a", .udp(53, from: 1000)), .stops("x/a", from: "y/a", .udp(53, from: 999)),
    ]
  },
  TruthTable("ports by name", pods: "x/a x/b y/a") { _ in
    [
      .put(gnp("p", ingress: [rule(.allow, .tcp, to: EntityRule(ports: ["serve-80-tcp", 90]))])),
      .lets("x/a", from: "y/a", .tcp(80)), .stops("x/a", from: "y/a", .tcp(81)), .lets("x/a", from: "y/a", .tcp(90)),
      .put(gnp("p", ingress: [rule(.allow, .tcp, to: EntityRule(notPorts: ["serve-80-tcp"]))])),
      .stops("x/a", from: "y/a", .tcp(80)), .lets("x/a", from: "y/a", .tcp(81)),
      .put(gnp("p", ingress: [rule(.allow, .udp, to: EntityRule(ports: ["serve-80-tcp"]))])),
      .stops("x/a", from: "y/a", .udp(80)),
      .put(
        gnp(
          "p", egress: [rule(.allow, .tcp, to: EntityRule(selector: "pod == 'b'", ports: ["serve-81-tcp"]))])),
      .lets("x/a", to: "x/b", .tcp(81)), .stops("x/a", to: "x/b", .tcp(80)), .stops("x/a", to: "y/a", .tcp(81)),
      .put(
        gnp(
          "p", egress: [rule(.allow, .tcp, to: EntityRule(selector: "pod == 'b'", ports: ["serve-81-tcp", 90]))])),
      .lets("x/a", to: "x/b", .tcp(90)), .stops("x/a", to: "y/a", .tcp(90)), .stops("x/a", to: "y/a", .tcp(81)),
    ]
  },
  TruthTable("messages of ICMP", pods: "x/a y/a") { family in
    let icmp: CalicoProtocol = family == .ipv4 ? .icmp : .icmpv6
    return [
      .put(gnp("p", ingress: [CalicoRule(action: .allow, protocol: icmp, icmp: ICMPFields(type: 8))])),
      .lets("x/a", from: "y/a", .icmp(8)), .lets("x/a", from: "y/a", .icmp(8, 1)), .stops("x/a", from: "y/a", .icmp(0)),
      .stops("x/a", from: "y/a", .tcp(80)),
      .put(gnp("p", ingress: [CalicoRule(action: .allow, protocol: icmp, icmp: ICMPFields(type: 3, code: 1))])),
      .lets("x/a", from: "y/a", .icmp(3, 1)), .stops("x/a", from: "y/a", .icmp(3, 2)),
      .put(gnp("p", ingress: [CalicoRule(action: .allow, protocol: icmp, notICMP: ICMPFields(type: 8))])),
      .stops("x/a", from: "y/a", .icmp(8)), .lets("x/a", from: "y/a", .icmp(0)), .stops("x/a", from: "y/a", .tcp(80)),
      .put(gnp("p", ingress: [CalicoRule(action: .allow, protocol: icmp, notICMP: ICMPFields(type: 8, code: 1))])),
      .lets("x/a", from: "y/a", .icmp(8)), .stops("x/a", from: "y/a", .icmp(8, 1)),
      .put(gnp("p", ingress: [rule(.allow, family == .ipv4 ? .icmpv6 : .icmp)])), .stops("x/a", from: "y/a", .icmp(8)),
    ]
  },
  TruthTable("services that are sent to", pods: "x/a y/a y/b") { family in
    [
      service("y", "web", [Topology.address("y/a", family)], CalicoAPI.EndpointPort(protocol: .tcp, port: 80)),
      .put(gnp("p", egress: [rule(.allow, to: EntityRule(services: ServiceMatch(name: "web", namespace: "y")))])),
      .lets("x/a", to: "y/a", .tcp(80)), .stops("x/a", to: "y/a", .tcp(81)), .stops("x/a", to: "y/a", .udp(80)),
      .stops("x/a", to: "y/b", .tcp(80)), .stops("x/a", to: "y/a", .icmp(8)),
      .put(np("x", "n", order: 1, egress: [rule(.allow, to: EntityRule(services: ServiceMatch(name: "web")))])),
      .lets("x/a", to: "y/a", .tcp(80), by: "p[0]"),
      service("x", "web", [Topology.address("y/b", family)], CalicoAPI.EndpointPort(protocol: .udp, port: 53)),
      .lets("x/a", to: "y/b", .udp(53), by: "n[0]"),
    ]
  },
  TruthTable("services that send", pods: "x/a y/a y/b") { family in
    let web = EntityRule(services: ServiceMatch(name: "web", namespace: "y"))
    return [
      service("y", "web", [Topology.address("y/a", family)], CalicoAPI.EndpointPort(protocol: .tcp, port: 80)),
      .put(gnp("p", ingress: [rule(.allow, from: web)])),
      .lets("x/a", from: "y/a", .tcp(9)), .lets("x/a", from: "y/a", .icmp(8)), .stops("x/a", from: "y/b", .tcp(80)),
    ]
  },
  TruthTable("service accounts by name and labels", pods: "x/a x/b y/a y/b") { _ in
    [
      account("x", "builder", ["team": "red"]), account("y", "builder", ["team": "blue"]),
      runs("x/b", as: "builder"), runs("y/b", as: "builder"),
      .put(
        gnp("p", ingress: [rule(.allow, from: EntityRule(serviceAccounts: ServiceAccountMatch(names: ["builder"])))])),
      .lets("x/a", from: "x/b"), .lets("x/a", from: "y/b"), .stops("x/a", from: "y/a"),
      .put(
        gnp(
          "p",
          ingress: [
            rule(
              .allow,
              from: EntityRule(serviceAccounts: ServiceAccountMatch(names: ["builder"], selector: "team == 'red'")))
          ])),
      .lets("x/a", from: "x/b"), .stops("x/a", from: "y/b"),
      .put(
        gnp(
          "p",
          ingress: [rule(.allow, from: EntityRule(serviceAccounts: ServiceAccountMatch(selector: "team == 'blue'")))])),
      .stops("x/a", from: "x/b"), .lets("x/a", from: "y/b"),
      .put(gnp("p", types: [.egress])),
      .put(
        np(
          "x", "n", ingress: [rule(.allow, from: EntityRule(serviceAccounts: ServiceAccountMatch(names: ["builder"])))])
      ),
      .lets("x/a", from: "x/b"), .stops("x/a", from: "y/b"),
    ]
  },
  TruthTable("policies of pods by their service account and namespace", pods: "x/a x/b y/b") { _ in
    [
      account("x", "builder", ["team": "red"]), runs("x/b", as: "builder"), runs("y/b", as: "builder"),
      .put(gnp("p", accounts: "team == 'red'", ingress: [rule(.deny)])),
      .stops("x/b", from: "x/a"), .lets("x/a", from: "x/b"), .lets("y/b", from: "x/a"),
      .put(gnp("p", namespaces: "ns == 'y'", ingress: [rule(.deny)])),
      .stops("y/b", from: "x/a"), .lets("x/b", from: "x/a"),
      .put(gnp("p", "pod == 'b'", namespaces: "ns != 'y'", ingress: [rule(.deny)])),
      .stops("x/b", from: "x/a"), .lets("x/a", from: "x/b"), .lets("y/b", from: "x/a"),
    ]
  },
  TruthTable("host endpoints are selected by their labels", pods: "x/a") { family in
    let address = family == .ipv4 ? "192.0.2.7" : "2001:db8::7"
    return [
      .change { cluster in
        cluster.hostEndpoints.append(
          HostEndpoint(
            metadata: ObjectMeta(name: "n1-eth0", labels: ["host": "yes", "projectcalico.org/namespace": "x"]),
            spec: HostEndpointSpec(
              node: "n1", expectedIPs: [address], ports: [.init(name: "kubelet", protocol: .tcp, port: 10250)])))
      },
      .put(gnp("p", egress: [rule(.allow, .tcp, to: EntityRule(selector: "host == 'yes'", ports: ["kubelet"]))])),
      .lets("x/a", to: address, .tcp(10250)), .stops("x/a", to: address, .tcp(10251)),
      .put(np("x", "n", order: 1, egress: [rule(.deny, to: EntityRule(selector: "host == 'yes'"))])),
      .lets("x/a", to: address, .tcp(10250), by: "p[0]"),
    ]
  },
]
