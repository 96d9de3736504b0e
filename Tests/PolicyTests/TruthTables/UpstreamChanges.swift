/// Upstream's cases (Kubernetes, test/e2e/network/netpol): policies and labels that change, and policies that stand beside each other.
let upstreamChanges: [TruthTable] = [
  TruthTable("an updated policy", pods: "x/a y/a") { _ in
    [
      .put(netpol("x", "mutates", ingress: [.from()])),
      .expect(.tcp, 81),
      .put(netpol("x", "mutates", ingress: [])),
      .expect(.tcp, 81, .denied("*", "x/*")),
    ]
  },
  TruthTable("a namespace gets the label that is asked for", pods: "x/a y/a") { _ in
    [
      .put(
        netpol(
          "x", "allow-ns2", pods: labels(["pod": "a"]), ingress: [.from(.namespaces(labels(["ns2": "updated"])))])),
      .expect(.tcp, 80, .denied("*", "x/a")),
      .labelNamespace("y", ["ns2": "updated"]),
      .expect(.tcp, 80, .denied("*", "x/a"), .allowed("y/*", "*")),
    ]
  },
  TruthTable("a pod gets the label that is asked for", pods: "x/a x/b") { _ in
    [
      .put(
        netpol(
          "x", "allow-updated", pods: labels(["pod": "a"]),
          ingress: [.from(.pods(labels(["pod": "b", "pod2": "updated"])))])),
      .expect(.tcp, 80, .denied("*", "x/a")),
      .labelPod("x/b", ["pod": "b", "pod2": "updated"]),
      .expect(.tcp, 80, .denied("*", "x/a"), .allowed("x/b", "x/a")),
    ]
  },
  TruthTable("a pod gets the label by which it is isolated", pods: "x/a y/a") { _ in
    [
      .put(netpol("x", "deny-ingress", pods: labels(["target": "isolated"]), ingress: [])),
      .expect(.tcp, 80),
      .labelPod("x/a", ["pod": "a", "target": "isolated"]),
      .expect(.tcp, 80, .denied("*", "x/a")),
    ]
  },
  TruthTable("the policy that allows all ingress wins over a narrower one", pods: "x/a y/a") { _ in
    [
      .put(netpol("x", "allow-80", ingress: [.from(ports: .number(80))])),
      .expect(.tcp, 81, .denied("*", "x/*")),
      .put(netpol("x", "allow-all", ingress: [.from()])),
      .expect(.tcp, 81),
    ]
  },
  TruthTable("the policy that allows all egress wins over a narrower one", pods: "x/a y/a") { _ in
    [
      .put(netpol("x", "allow-80", egress: [.to(ports: .number(80))])),
      .expect(.tcp, 81, .denied("x/*", "*")),
      .put(netpol("x", "allow-all", egress: [.to()])),
      .expect(.tcp, 81),
    ]
  },
  TruthTable("a deleted policy is not enforced", pods: "x/a y/a") { _ in
    let policy = netpol("x", "deny-all", ingress: [], egress: [])
    return [
      .put(policy),
      .expect(.tcp, 80, .denied("x/*", "*"), .denied("*", "x/*")),
      .delete(policy),
      .expect(.tcp, 80),
    ]
  },
]
