/// Upstream's cases (Kubernetes, test/e2e/network/netpol): ports and protocols.
let upstreamPorts: [TruthTable] = [
  onePort(.tcp, pods: "x/a x/b y/a y/b z/a"),
  onePort(.udp, pods: "x/a x/b y/a z/a"),
  onePort(.sctp, pods: "x/a x/b y/a z/a"),
  TruthTable("stacked policies of one pod", pods: "x/a x/b y/a y/b z/a") { _ in
    let onlyY: [Reach] = [.denied("x/*", "x/a"), .denied("z/*", "x/a")]
    return [
      .put(
        netpol(
          "x", "allow-y-81", pods: labels(["pod": "a"]), ingress: [.from(.namespaces(namespace("y")), ports: .tcp(81))])
      ),
      .expect(Expectation(transport: .tcp, port: 81, exceptions: onlyY)),
      .expect(.tcp, 80, .denied("*", "x/a")),
      .put(
        netpol(
          "x", "allow-y-80", pods: labels(["pod": "a"]), ingress: [.from(.namespaces(namespace("y")), ports: .tcp(80))])
      ),
      .expect(Expectation(transport: .tcp, port: 80, exceptions: onlyY)),
      .expect(Expectation(transport: .tcp, port: 81, exceptions: onlyY)),
    ]
  },
  TruthTable("allow-all", pods: "x/a x/b y/a") { _ in
    [.put(netpol("x", "allow-all", ingress: [.from()])), .expect(.tcp, 80), .expect(.tcp, 81)]
  },
  TruthTable("one named port, whoever asks", pods: "x/a x/b y/a") { _ in
    [
      .put(netpol("x", "allow-81", ingress: [.from(ports: .named("serve-81-tcp"))])),
      .expect(.tcp, 81),
      .expect(.tcp, 80, .denied("*", "x/*")),
    ]
  },
  TruthTable("one named port, for a namespace", pods: "x/a x/b y/a z/a") { _ in
    [
      .put(
        netpol(
          "x", "allow-y-80", pods: labels(["pod": "a"]),
          ingress: [.from(.namespaces(namespace("y")), ports: .named("serve-80-tcp", .tcp))])),
      .expect(.tcp, 80, .denied("x/*", "x/a"), .denied("z/*", "x/a")),
      .expect(.tcp, 81, .denied("*", "x/a")),
    ]
  },
  TruthTable("what goes out, by a named port", pods: "x/a y/a") { _ in
    [
      .put(netpol("x", "allow-egress", egress: [.to(ports: .named("serve-80-tcp"))])),
      .expect(.tcp, 80),
      .expect(.tcp, 81, .denied("x/*", "*")),
    ]
  },
  TruthTable("any port of a protocol", pods: "x/a y/a") { _ in
    [
      .put(netpol("x", "allow-by-proto", pods: labels(["pod": "a"]), ingress: [.from(ports: .all(.tcp))])),
      .expect(.tcp, 80),
      .expect(.udp, 80, .denied("*", "x/a")),
    ]
  },
  TruthTable("SCTP is not TCP", pods: "x/a y/a") { _ in
    [
      .put(netpol("x", "deny-ingress", ingress: [])),
      .put(netpol("x", "allow-sctp-81", pods: labels(["pod": "a"]), ingress: [.from(ports: .sctp(81))])),
      .expect(.tcp, 81, .denied("*", "x/*")),
      .expect(.sctp, 81),
    ]
  },
  TruthTable("a policy for SCTP isolates from TCP", pods: "x/a y/a") { _ in
    [
      .put(netpol("x", "allow-sctp-80", pods: labels(["pod": "a"]), ingress: [.from(ports: .sctp(80))])),
      .expect(.tcp, 81, .denied("*", "x/a")),
    ]
  },
  TruthTable("UDP is not TCP", pods: "x/a y/a") { _ in
    [
      .put(netpol("x", "allow-udp-81", pods: labels(["pod": "a"]), ingress: [.from(ports: .udp(81))])),
      .expect(.tcp, 81, .denied("*", "x/a")),
      .expect(.udp, 81),
    ]
  },
  TruthTable("a range of ports lets the ports in it through", pods: "x/a x/b y/a") { _ in
    [
      .put(netpol("x", "allow-range", pods: labels(["pod": "a"]), ingress: [.from(ports: .range(80...80, .tcp))])),
      .expect(.tcp, 80),
      .expect(.tcp, 81, .denied("*", "x/a")),
      .put(netpol("x", "allow-range", pods: labels(["pod": "a"]), ingress: [.from(ports: .range(80...81, .tcp))])),
      .expect(.tcp, 80),
      .expect(.tcp, 81),
      .expect(.tcp, 82, .denied("*", "x/a")),
      .expect(.udp, 80, .denied("*", "x/a")),
    ]
  },
]

private func onePort(_ transport: Transport, pods: String) -> TruthTable {
  TruthTable("one port for one namespace, over \(transport)", pods: pods) { _ in
    [
      .put(
        netpol(
          "x", "allow-y-81", pods: labels(["pod": "a"]),
          ingress: [.from(.namespaces(namespace("y")), ports: .number(81, transport))])),
      .expect(transport, 81, .denied("x/*", "x/a"), .denied("z/*", "x/a")),
    ]
  }
}
