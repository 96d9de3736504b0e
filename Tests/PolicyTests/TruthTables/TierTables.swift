import CalicoAPI
import Policy

/// In which order tiers and policies are asked, and what becomes of what none of them decides.
let tierTables: [TruthTable] = [
  TruthTable("without policies, everything passes", pods: "x/a y/a") { _ in
    [.expect(.tcp, 80), .lets("x/a", from: "y/a", by: "kns.x[0]"), .lets("x/a", to: "y/a", by: "kns.x[0]")]
  },
  TruthTable("a pod of an unknown namespace is closed until it is known", pods: "x/a y/a") { _ in
    [
      .change { $0.namespaces.removeAll { $0.metadata.name == "x" } },
      .stops("x/a", from: "y/a", by: "kns.x"), .stops("x/a", to: "y/a", by: "kns.x"),
      .put(gnp("allow", ingress: [rule(.allow)])), .lets("x/a", from: "y/a", by: "allow[0]"),
      .change { $0.namespaces.append(Namespace(metadata: ObjectMeta(name: "x"))) },
      .lets("x/a", to: "y/a", by: "kns.x[0]"),
    ]
  },
  TruthTable("an unknown service account closes nothing", pods: "x/a y/a") { _ in
    [runs("x/a", as: "nobody"), .lets("x/a", from: "y/a", by: "kns.x[0]")]
  },
  TruthTable("a policy's order, then its name", pods: "x/a y/a") { _ in
    [
      .put(gnp("b", order: 10, ingress: [rule(.allow)])),
      .put(gnp("a", order: 20, ingress: [rule(.deny)])),
      .lets("x/a", from: "y/a", by: "b[0]"),
      .put(gnp("a", order: 10, ingress: [rule(.deny)])),
      .stops("x/a", from: "y/a", by: "a[0]"),
      .put(gnp("a", order: 9.5, ingress: [rule(.deny)])),
      .stops("x/a", from: "y/a", by: "a[0]"),
      .put(gnp("a", ingress: [rule(.deny)])),
      .lets("x/a", from: "y/a", by: "b[0]"),
      .put(gnp("b", ingress: [rule(.allow)])),
      .stops("x/a", from: "y/a", by: "a[0]"),
      .put(gnp("b", order: -5, ingress: [rule(.allow)])),
      .lets("x/a", from: "y/a", by: "b[0]"),
    ]
  },
  TruthTable("of one order and name, the namespace and then the kind", pods: "x/a y/a") { _ in
    [
      .put(gnp("p", order: 1000, ingress: [rule(.deny)])),
      .put(np("x", "p", order: 1000, ingress: [rule(.allow)])),
      .stops("x/a", from: "y/a", by: "p[0]"),
      .put(gnp("q", order: 1000, ingress: [rule(.deny)])),
      .put(netpol("x", "p", ingress: [])),
      .put(gnp("p", order: 2000, ingress: [rule(.deny)])),
      .lets("x/a", from: "y/a", by: "p[0]"),
    ]
  },
  TruthTable("names are compared with what follows them", pods: "x/a y/a") { _ in
    // "p-1/" stands before "p/".
    [
      .put(gnp("p", order: 1, ingress: [rule(.deny)])), .put(gnp("p-1", order: 1, ingress: [rule(.allow)])),
      .lets("x/a", from: "y/a", by: "p-1[0]"),
    ]
  },
  TruthTable("tiers by order, then name", pods: "x/a y/a") { _ in
    [
      tier("second", 20), tier("first", 10),
      .put(gnp("s", tier: "second", ingress: [rule(.allow)])),
      .put(gnp("f", tier: "first", ingress: [rule(.deny)])),
      .stops("x/a", from: "y/a", by: "f[0]"),
      tier("first", 20), .stops("x/a", from: "y/a", by: "f[0]"),
      tier("first", 21), .lets("x/a", from: "y/a", by: "s[0]"),
      tier("second", nil), .stops("x/a", from: "y/a", by: "f[0]"),
    ]
  },
  TruthTable("a tier without order comes after the default one", pods: "x/a y/a") { _ in
    [
      tier("last", nil), .put(gnp("l", tier: "last", ingress: [rule(.deny)])),
      .stops("x/a", from: "y/a", by: "l[0]"),
      .put(gnp("d", ingress: [rule(.allow)])), .lets("x/a", from: "y/a", by: "d[0]"),
      .put(gnp("d", ingress: [rule(.pass)])), .stops("x/a", from: "y/a", by: "l[0]"),
    ]
  },
  TruthTable("pass leaves the tier, not the policy", pods: "x/a y/a") { _ in
    [
      tier("t", 1),
      .put(gnp("a", tier: "t", order: 1, ingress: [rule(.pass)])),
      .put(gnp("b", tier: "t", order: 2, ingress: [rule(.deny)])),
      .lets("x/a", from: "y/a", by: "kns.x[0]"),
      .put(gnp("c", ingress: [rule(.pass)])), .lets("x/a", from: "y/a", by: "kns.x[0]"),
      .put(gnp("c", ingress: [rule(.deny)])), .stops("x/a", from: "y/a", by: "c[0]"),
    ]
  },
  TruthTable("a tier's end denies, where a policy of it has the pod", pods: "x/a x/b y/a") { _ in
    [
      tier("t", 1), .put(gnp("only-81", tier: "t", "pod == 'a'", ingress: [tcp(81)])),
      .stops("x/a", from: "y/a", by: "end of t"), .lets("x/a", from: "y/a", .tcp(81), by: "only-81[0]"),
      .lets("x/b", from: "y/a", by: "kns.x[0]"),
      .lets("x/a", to: "y/b", by: "kns.x[0]"),
    ]
  },
  TruthTable("a tier's end passes", pods: "x/a y/a") { _ in
    [
      tier("t", 1, .pass), .put(gnp("only-81", tier: "t", ingress: [tcp(81)])),
      .lets("x/a", from: "y/a", by: "kns.x[0]"), .put(np("x", "n", ingress: [tcp(82)])),
      .stops("x/a", from: "y/a", by: "end of default"), .lets("x/a", from: "y/a", .tcp(81), by: "only-81[0]"),
      tier("t", 1, .deny), .stops("x/a", from: "y/a", by: "end of t"),
    ]
  },
  TruthTable("an empty policy decides at the tier's end", pods: "x/a y/a") { _ in
    [
      .put(gnp("nothing", types: [.ingress])),
      .stops("x/a", from: "y/a", by: "end of default"), .lets("x/a", to: "y/a", by: "kns.x[0]"),
      .put(gnp("nothing", types: [.ingress, .egress])), .stops("x/a", to: "y/a", by: "end of default"),
    ]
  },
  TruthTable("types that are not said", pods: "x/a y/a") { _ in
    [
      .put(np("x", "p")), .stops("x/a", from: "y/a"), .lets("x/a", to: "y/a", by: "kns.x[0]"),
      .put(np("x", "p", egress: [rule(.deny)])), .lets("x/a", from: "y/a", by: "kns.x[0]"),
      .stops("x/a", to: "y/a", by: "p[0]"),
      .put(np("x", "p", ingress: [rule(.allow)], egress: [rule(.deny)])), .lets("x/a", from: "y/a", by: "p[0]"),
      .stops("x/a", to: "y/a", by: "p[0]"),
      .put(np("x", "p", ingress: [rule(.deny)])), .lets("x/a", to: "y/a", by: "kns.x[0]"),
      .stops("x/a", from: "y/a", by: "p[0]"),
    ]
  },
  TruthTable("log notes and goes on", pods: "x/a y/a") { _ in
    [
      .put(gnp("noted", ingress: [rule(.log), tcp(80), rule(.log)])),
      .lets("x/a", from: "y/a", by: "noted[1]"), .stops("x/a", from: "y/a", .tcp(81), by: "end of default"),
    ]
  },
  TruthTable("policies of hosts alone say nothing of pods", pods: "x/a y/a") { _ in
    [
      .change { cluster in
        for name in ["untracked", "before-dnat", "forwarded"] {
          cluster.globalPolicies.append(
            GlobalNetworkPolicy(
              metadata: ObjectMeta(name: name),
              spec: GlobalNetworkPolicySpec(
                ingress: [rule(.deny)], doNotTrack: name == "untracked", preDNAT: name == "before-dnat",
                applyOnForward: true)))
        }
      },
      .stops("x/a", from: "y/a", by: "forwarded[0]"),
      .change { $0.globalPolicies.removeAll { $0.metadata.name == "forwarded" } },
      .lets("x/a", from: "y/a", by: "kns.x[0]"),
    ]
  },
  TruthTable("a policy of a tier that is not there closes its pods", pods: "x/a x/b y/a") { _ in
    [
      .put(np("x", "lost", tier: "missing", "pod == 'a'", ingress: [rule(.allow)])),
      .stops("x/a", from: "y/a", by: "lost"), .lets("x/b", from: "y/a"), .lets("x/a", to: "y/a"),
      tier("missing", 5), .lets("x/a", from: "y/a", by: "lost[0]"),
    ]
  },
  TruthTable("a selector that nobody can read closes what it may be about", pods: "x/a x/b y/a") { _ in
    [
      .put(np("x", "broken", "pod = 'a'", ingress: [rule(.allow)])),
      .stops("x/a", from: "y/a", by: "broken"), .stops("x/b", from: "y/a", by: "broken"),
      .lets("y/a", from: "x/a"), .lets("x/a", to: "y/a"),
      .put(gnp("also", namespaces: "!!", egress: [rule(.allow)])),
      .stops("y/a", to: "x/a", by: "also"), .stops("x/a", to: "y/a", by: "also"), .lets("y/a", from: "x/a"),
    ]
  },
  TruthTable("the objects of standard tiers may change what they say", pods: "x/a y/a") { _ in
    [
      .put(gnp("only-81", ingress: [tcp(81)])), .stops("x/a", from: "y/a", by: "end of default"),
      tier("default", nil, .pass), .lets("x/a", from: "y/a", by: "kns.x[0]"),
      .put(cnp("base", .baseline, 1, ingress: [.rule(.deny, .everybody)])), .stops("x/a", from: "y/a", by: "base[0]"),
    ]
  },
]

private func tcp(_ port: UInt16) -> CalicoRule { rule(.allow, .tcp, to: EntityRule(ports: [CalicoPort(port)])) }
