import CalicoAPI
import Policy

/// Classes of mistakes that dataplanes have been known for, each as a case that would show it here.
let mistakeTables: [TruthTable] = [
  TruthTable("a broad deny holds beside a narrower allow that comes later", pods: "x/a y/a y/b") { family in
    [
      .put(
        gnp(
          "p",
          ingress: [
            rule(.deny, from: EntityRule(nets: [block("y", family)])),
            rule(.allow, from: EntityRule(nets: [host("y/a", family)])), rule(.allow),
          ])),
      .stops("x/a", from: "y/a", by: "p[0]"), .stops("x/a", from: "y/b", by: "p[0]"),
      .put(
        gnp(
          "p",
          ingress: [
            rule(.allow, from: EntityRule(nets: [host("y/a", family)])),
            rule(.deny, from: EntityRule(nets: [block("y", family)])), rule(.allow),
          ])),
      .lets("x/a", from: "y/a", by: "p[0]"), .stops("x/a", from: "y/b", by: "p[1]"),
    ]
  },
  TruthTable("a selector that selects nobody is not one that selects everybody", pods: "x/a y/a") { family in
    [
      .put(netpol("x", "k", ingress: [.from(.pods(labels(["app": "none"])))])), .stops("x/a", from: "y/a"),
      .put(gnp("deny-none", order: 1, ingress: [rule(.deny, from: EntityRule(selector: "app == 'none'"))])),
      .stops("x/a", from: "y/a", by: "end of default"),
      .put(gnp("deny-none", order: 1, ingress: [rule(.allow, from: EntityRule(selector: "app in {}"))])),
      .stops("x/a", from: "y/a", by: "end of default"),
      networkSet(nil, "empty", ["empty": "yes"]),
      .put(gnp("deny-none", order: 1, ingress: [rule(.allow, from: EntityRule(selector: "has(empty)"))])),
      .stops("x/a", from: "y/a", by: "end of default"),
      .put(gnp("deny-none", order: 1, ingress: [rule(.allow, from: EntityRule(notSelector: "has(empty)"))])),
      .lets("x/a", from: "y/a", by: "deny-none[0]"),
      .put(
        gnp("deny-none", order: 1, egress: [rule(.allow, to: EntityRule(services: .init(name: "no", namespace: "y")))])),
      .stops("x/a", to: "y/a", by: "end of default"),
      .put(gnp("deny-none", order: 1, egress: [rule(.allow, .tcp, to: EntityRule(ports: ["no-such-port"]))])),
      .stops("x/a", to: "y/a", by: "end of default"),
    ]
  },
  TruthTable("a pod cannot say what namespace it is of", pods: "x/a y/a") { _ in
    let trick = [
      "pod": "a", "pcns.ns": "x", "pcns.projectcalico.org/name": "x", "projectcalico.org/namespace": "x",
      "pcns.\(nameLabel)": "x",
    ]
    return [
      .labelPod("y/a", trick),
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(namespaceSelector: "ns == 'x'"))])),
      .stops("x/a", from: "y/a"),
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(namespaceSelector: "projectcalico.org/name == 'x'"))])),
      .stops("x/a", from: "y/a"),
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(selector: "projectcalico.org/namespace == 'x'"))])),
      .stops("x/a", from: "y/a"),
      .put(np("x", "p", order: 1, ingress: [rule(.allow, from: EntityRule(selector: "pod == 'a'"))])),
      .stops("x/a", from: "y/a"),
      .put(netpol("x", "k", ingress: [.from(.namespaces(namespace("x")))])), .stops("x/a", from: "y/a"),
      .put(gnp("away", namespaces: "ns == 'y'", ingress: [rule(.deny)])), .stops("y/a", from: "x/a", by: "away[0]"),
    ]
  },
  TruthTable("a pod cannot say what service account it runs as", pods: "x/a x/b y/a") { _ in
    let long = String(repeating: "s", count: 63)
    let trick = ["pod": "b", "projectcalico.org/serviceaccount": "admin", "pcsa.role": "admin"]
    let byName = EntityRule(serviceAccounts: ServiceAccountMatch(names: ["admin"]))
    return [
      .labelPod("x/b", trick), account("x", "default"), account("x", long),
      .put(gnp("p", ingress: [rule(.allow, from: byName)])), .stops("x/a", from: "x/b"),
      runs("x/b", as: ""), .stops("x/a", from: "x/b"), runs("x/b", as: long), .stops("x/a", from: "x/b"),
      .put(
        gnp("p", ingress: [rule(.allow, from: EntityRule(serviceAccounts: ServiceAccountMatch(selector: "has(role)")))])
      ),
      .stops("x/a", from: "x/b"), runs("x/b", as: "default"), .stops("x/a", from: "x/b"),
    ]
  },
  TruthTable("a namespace's own label cannot give it another's name", pods: "x/a y/a") { _ in
    [
      .labelNamespace("y", ["projectcalico.org/name": "x"]),
      .put(gnp("p", ingress: [rule(.allow, from: EntityRule(namespaceSelector: "projectcalico.org/name == 'x'"))])),
      .stops("x/a", from: "y/a"), .lets("y/a", from: "x/a", by: "p[0]"),
    ]
  },
  TruthTable("ranges of ports end where they end", pods: "x/a y/a") { _ in
    [
      .put(gnp("p", ingress: [rule(.allow, .tcp, to: EntityRule(ports: ["0:0", "65535:65535"]))])),
      .lets("x/a", from: "y/a", .tcp(0)), .stops("x/a", from: "y/a", .tcp(1)), .lets("x/a", from: "y/a", .tcp(65535)),
      .stops("x/a", from: "y/a", .tcp(65534)),
      .put(netpol("y", "k", ingress: [.from(ports: .range(1...65535, .udp))])),
      .lets("y/a", from: "x/a", .udp(1)), .lets("y/a", from: "x/a", .udp(65535)), .stops("y/a", from: "x/a", .udp(0)),
      .stops("y/a", from: "x/a", .icmp(8)),
    ]
  },
  TruthTable("an exception of a block holds for that block alone", pods: "x/a y/a y/b z/a") { family in
    [
      .put(
        netpol(
          "x", "k",
          ingress: [.from(.block(block("y", family), except: [host("y/a", family)]), .namespaces(namespace("z")))])
      ),
      .stops("x/a", from: "y/a"), .lets("x/a", from: "y/b"), .lets("x/a", from: "z/a"),
      .put(
        netpol(
          "x", "k",
          ingress: [
            .from(.block(block("y", family), except: [host("y/a", family)]), .block(host("y/a", family)))
          ])),
      .lets("x/a", from: "y/a"), .lets("x/a", from: "y/b"), .stops("x/a", from: "z/a"),
      .put(netpol("x", "k", ingress: [.from(.block(block("y", family), except: [block("y", family)]))])),
      .stops("x/a", from: "y/a"), .stops("x/a", from: "y/b"),
    ]
  },
  TruthTable("a mistake in a rule opens nothing", pods: "x/a y/a z/a") { _ in
    let bad = EntityRule(nets: ["10.0.0.0/33"])
    return [
      .put(gnp("p", ingress: [rule(.allow, from: bad)])), .stops("x/a", from: "y/a", by: "end of default"),
      .put(gnp("p", ingress: [rule(.deny, from: bad), rule(.allow)])), .stops("x/a", from: "y/a", by: "p[0]"),
      .put(gnp("p", ingress: [rule(.pass, from: bad), rule(.allow)])), .stops("x/a", from: "y/a", by: "p[0]"),
      .put(gnp("p", ingress: [rule(.log, from: bad), rule(.allow)])), .lets("x/a", from: "y/a", by: "p[1]"),
      .put(gnp("p", ingress: [rule("Accept"), rule(.allow)])), .stops("x/a", from: "y/a", by: "p[0]"),
      .put(gnp("p", ingress: [rule(.deny, to: EntityRule(ports: [80])), rule(.allow)])),
      .stops("x/a", from: "y/a", .tcp(81), by: "p[0]"),
      .put(gnp("p", ingress: [rule(.deny, from: EntityRule(notSelector: "a ==")), rule(.allow)])),
      .stops("x/a", from: "y/a", by: "p[0]"),
      .put(gnp("p", ingress: [rule(.allow, to: EntityRule(services: ServiceMatch(name: "s", namespace: "y")))])),
      .stops("x/a", from: "y/a", by: "end of default"),
      .put(netpol("x", "k", ingress: [.from(.block("10.0.0.0/8", except: ["nonsense"])), .from(.pods(every))])),
      .put(gnp("p", types: [.egress])), .stops("x/a", from: "y/a", by: "end of default"),
    ]
  },
  TruthTable("a pod that has ended gives its address to another one", pods: "x/a y/a y/b") { _ in
    [
      .put(netpol("x", "k", ingress: [.from(.both(namespaces: every, pods: labels(["pod": "b"])))])),
      .lets("x/a", from: "y/b"),
      .change { $0.end("b") }, .stops("x/a", from: "y/b"),
    ]
  },
  TruthTable("a pod with the node's network is no pod to policies", pods: "x/a y/a y/b") { _ in
    [
      .put(netpol("x", "k", ingress: [.from(.namespaces(every))])), .lets("x/a", from: "y/b"),
      .change { cluster in
        for index in cluster.pods.indices where cluster.pods[index].metadata.name == "b" {
          cluster.pods[index].spec.hostNetwork = true
        }
      },
      .stops("x/a", from: "y/b"),
    ]
  },
]

extension OracleCluster {
  fileprivate mutating func end(_ name: String) {
    for index in pods.indices where pods[index].metadata.name == name { pods[index].status.phase = .succeeded }
  }
}
