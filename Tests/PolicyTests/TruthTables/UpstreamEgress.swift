import Policy

/// Upstream's cases (Kubernetes, test/e2e/network/netpol): what pods send, both directions together, and blocks of addresses.
let upstreamEgress: [TruthTable] = [
  TruthTable("one pod sends nothing", pods: "x/a x/b y/a") { _ in
    [
      .put(netpol("x", "deny-egress-pod-a", pods: labels(["pod": "a"]), egress: [])),
      .expect(.tcp, 80, .denied("x/a", "*")),
    ]
  },
  TruthTable("a namespace sends nothing", pods: "x/a x/b y/a") { _ in
    [.put(netpol("x", "deny-egress-ns-x", egress: [])), .expect(.tcp, 80, .denied("x/*", "*"))]
  },
  TruthTable("ingress and egress in one policy", pods: "x/a x/b x/c y/a") { _ in
    [
      .put(
        netpol(
          "x", "both", pods: labels(["pod": "a"]), ingress: [.from(.pods(labels(["pod": "b"])))],
          egress: [.to(ports: .number(80))])),
      .expect(.tcp, 80, .denied("*", "x/a"), .allowed("x/b", "x/a")),
      .expect(.tcp, 81, .denied("*", "x/a"), .denied("x/a", "*"), .allowed("x/b", "x/a")),
    ]
  },
  TruthTable("the client's side denies what the server's side allows", pods: "x/a y/a y/b") { _ in
    let fromA = NetpolRule.from(.both(namespaces: namespace("x"), pods: labels(["pod": "a"])))
    return [
      .put(
        netpol(
          "x", "allow-to-y-a", pods: labels(["pod": "a"]),
          egress: [.to(.both(namespaces: namespace("y"), pods: labels(["pod": "a"])))])),
      .put(netpol("y", "allow-from-x-a-on-a", pods: labels(["pod": "a"]), ingress: [fromA])),
      .put(netpol("y", "allow-from-x-a-on-b", pods: labels(["pod": "b"]), ingress: [fromA])),
      .expect(
        .tcp, 80, .denied("x/a", "*"), .denied("*", "y/a"), .allowed("x/a", "y/a"), .denied("*", "y/b")),
    ]
  },
  TruthTable("to one pod of another namespace", pods: "x/a y/a y/b") { _ in
    [
      .put(
        netpol(
          "x", "allow-to-y-a", pods: labels(["pod": "a"]),
          egress: [.to(.both(namespaces: namespace("y"), pods: labels(["pod": "a"])))])),
      .expect(.tcp, 80, .denied("x/a", "*"), .allowed("x/a", "y/a")),
    ]
  },
  TruthTable("ingress and egress are independent", pods: "x/a x/b y/a") { _ in
    [
      .put(netpol("x", "allow-egress", pods: labels(["pod": "a"]), egress: [.to()])),
      .expect(.tcp, 80),
      .put(netpol("x", "deny-ingress", pods: labels(["pod": "a"]), ingress: [])),
      .expect(.tcp, 80, .denied("*", "x/a")),
    ]
  },
  TruthTable("to a block of one address", pods: "x/a y/a y/b") { family in
    [
      .put(netpol("x", "to-block", pods: labels(["pod": "a"]), egress: [.to(.block(host("y/b", family)))])),
      .expect(.tcp, 80, .denied("x/a", "*"), .allowed("x/a", "y/b")),
    ]
  },
  TruthTable("to a block but for one address", pods: "x/a x/b x/c") { family in
    [
      .put(
        netpol(
          "x", "to-block", pods: labels(["pod": "a"]),
          egress: [.to(.block(block("x", family), except: [host("x/b", family)]))])),
      .expect(.tcp, 80, .denied("x/a", "x/b")),
    ]
  },
  TruthTable("an address inside a block and its exception is let through by another policy", pods: "x/a x/b x/c") {
    family in
    let excepting = netpol(
      "x", "to-block", pods: labels(["pod": "a"]),
      egress: [.to(.block(block("x", family), except: [host("x/b", family)]))])
    return [
      .put(excepting),
      .expect(.tcp, 80, .denied("x/a", "x/b")),
      .put(netpol("x", "to-b", pods: labels(["pod": "a"]), egress: [.to(.block(host("x/b", family)))])),
      .expect(.tcp, 80),
      .delete(excepting),
      .expect(.tcp, 80, .denied("x/a", "*"), .allowed("x/a", "x/b")),
    ]
  },
]
