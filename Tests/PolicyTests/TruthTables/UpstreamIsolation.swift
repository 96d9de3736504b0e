/// Upstream's cases (Kubernetes, test/e2e/network/netpol): who is isolated, and which pods are let through.
let upstreamIsolation: [TruthTable] = [
  TruthTable("default-deny-ingress", pods: "x/a x/b y/a y/b") { _ in
    [.put(netpol("x", "deny-ingress", ingress: [])), .expect(.tcp, 80, .denied("*", "x/*"))]
  },
  TruthTable("default-deny-ingress over UDP", pods: "x/a x/b y/a y/b") { _ in
    [.put(netpol("x", "deny-all", ingress: [])), .expect(.udp, 80, .denied("*", "x/*"))]
  },
  TruthTable("default-deny-ingress over SCTP", pods: "x/a x/b y/a y/b") { _ in
    [.put(netpol("x", "deny-all", ingress: [])), .expect(.sctp, 80, .denied("*", "x/*"))]
  },
  TruthTable("default-deny-all", pods: "x/a x/b y/a") { _ in
    [
      .put(netpol("x", "deny-all", ingress: [], egress: [])),
      .expect(.tcp, 80, .denied("*", "x/*"), .denied("x/*", "*")),
    ]
  },
  TruthTable("pods of the server's namespace by their labels", pods: "x/a x/b x/c y/a") { _ in
    [
      .put(netpol("x", "x-a-allows-x-b", pods: labels(["pod": "a"]), ingress: [.from(.pods(labels(["pod": "b"])))])),
      .expect(.tcp, 80, .denied("*", "x/a"), .allowed("x/b", "x/a")),
    ]
  },
  TruthTable("one target is let alone in a namespace that denies", pods: "x/a x/b y/a") { _ in
    [
      .put(netpol("x", "deny-all", ingress: [])),
      .put(
        netpol(
          "x", "allow-all-to-a", pods: labels(["pod": "a"]), ingress: [.from(.both(namespaces: every, pods: every))])),
      .expect(.tcp, 80, .denied("*", "x/b")),
    ]
  },
  TruthTable("pods of all namespaces", pods: "x/a x/b y/a z/a") { _ in
    [
      .put(netpol("x", "allow-from-another-ns", pods: labels(["pod": "a"]), ingress: [.from(.namespaces(every))])),
      .expect(.tcp, 80),
    ]
  },
  TruthTable("only another namespace", pods: "x/a x/b y/a z/a") { _ in
    [
      .put(
        netpol("x", "allow-client-a", pods: labels(["pod": "a"]), ingress: [.from(.namespaces(namespace("y")))])),
      .expect(.tcp, 80, .denied("x/*", "x/a"), .denied("z/*", "x/a")),
    ]
  },
  TruthTable("pods by matchExpressions", pods: "x/a x/b y/a") { _ in
    [
      .put(
        netpol(
          "x", "x-a-allows-x-b", pods: labels(["pod": "a"]), ingress: [.from(.pods(expression("pod", "In", ["b"])))])),
      .expect(.tcp, 80, .denied("*", "x/a"), .allowed("x/b", "x/a")),
    ]
  },
  TruthTable("namespaces by matchExpressions", pods: "x/a x/b y/a z/a") { _ in
    [
      .put(
        netpol(
          "x", "allow-ns-y", pods: labels(["pod": "a"]),
          ingress: [.from(.namespaces(expression(nameLabel, "In", ["y"])))])),
      .expect(.tcp, 80, .denied("x/*", "x/a"), .denied("z/*", "x/a")),
    ]
  },
  TruthTable("pods or namespaces", pods: "x/a x/b x/c y/a") { _ in
    [
      .put(
        netpol(
          "x", "allow-ns-y", pods: labels(["pod": "a"]),
          ingress: [.from(.namespaces(expression(nameLabel, "NotIn", ["x"])), .pods(labels(["pod": "b"])))])),
      .expect(.tcp, 80, .denied("x/c", "x/a")),
    ]
  },
  TruthTable("pods and namespaces", pods: "x/a x/b y/a y/b z/b") { _ in
    [
      .put(
        netpol(
          "x", "allow-ns-y-and-pod-b", pods: labels(["pod": "a"]),
          ingress: [.from(.both(namespaces: expression(nameLabel, "NotIn", ["x"]), pods: labels(["pod": "b"])))])),
      .expect(.tcp, 80, .denied("*", "x/a"), .allowed("y/b", "x/a"), .allowed("z/b", "x/a")),
    ]
  },
  TruthTable("several pods in several namespaces", pods: "x/a x/b y/a y/b y/c") { _ in
    [
      .put(
        netpol(
          "x", "allow-ns-y-z-pod-b-c", pods: labels(["pod": "a"]),
          ingress: [
            .from(
              .both(namespaces: expression(nameLabel, "NotIn", ["x"]), pods: expression("pod", "In", ["b", "c"])))
          ])),
      .expect(.tcp, 80, .denied("x/*", "x/a"), .denied("y/a", "x/a")),
    ]
  },
  TruthTable("any of several pod selectors", pods: "x/a x/b x/c") { _ in
    [
      .put(
        netpol(
          "x", "allow-ns-x-pod-b-c", pods: labels(["pod": "a"]),
          ingress: [.from(.pods(labels(["pod": "b"])), .pods(labels(["pod": "c"])))])),
      .expect(.tcp, 80, .denied("*", "x/a"), .allowed("x/b", "x/a"), .allowed("x/c", "x/a")),
    ]
  },
  podOfAnotherNamespace(.tcp, pods: "x/a x/b y/a y/b z/a"),
  podOfAnotherNamespace(.udp, pods: "x/a x/b y/a"),
  podOfAnotherNamespace(.sctp, pods: "x/a x/b y/a"),
  TruthTable("the label that every namespace has", pods: "x/a x/b y/a z/a") { _ in
    [
      .put(netpol("x", "allow-ns-y", pods: labels(["pod": "a"]), ingress: [.from(.namespaces(namespace("y")))])),
      .expect(.tcp, 80, .denied("x/*", "x/a"), .denied("z/*", "x/a")),
    ]
  },
  TruthTable("what goes out, by the label that every namespace has", pods: "x/a x/b y/a z/a") { _ in
    [
      .put(
        netpol(
          "x", "allow-not-y", pods: labels(["pod": "a"]),
          egress: [.to(.namespaces(expression(nameLabel, "NotIn", ["y"])))])),
      .expect(.tcp, 80, .denied("x/a", "y/*")),
    ]
  },
  TruthTable("pods of other namespaces are kept out", pods: "x/a x/b y/a z/a") { _ in
    [
      .put(netpol("x", "deny-empty-policy", ingress: [.from(.pods(every))])),
      .expect(.tcp, 80, .denied("y/*", "x/*"), .denied("z/*", "x/*")),
    ]
  },
]

private func podOfAnotherNamespace(_ transport: Transport, pods: String) -> TruthTable {
  TruthTable("only a pod of another namespace, over \(transport)", pods: pods) { _ in
    [
      .put(
        netpol(
          "x", "allow-ns-y-pod-a", pods: labels(["pod": "a"]),
          ingress: [.from(.both(namespaces: namespace("y"), pods: labels(["pod": "a"])))])),
      .expect(transport, 80, .denied("*", "x/a"), .allowed("y/a", "x/a")),
    ]
  }
}
