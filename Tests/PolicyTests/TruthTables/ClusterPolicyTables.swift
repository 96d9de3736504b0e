import CalicoAPI
import Policy

/// policy.networking.k8s.io/v1alpha2: priorities, Pass, the baseline, and what each field means.
let clusterPolicyTables: [TruthTable] = [
  TruthTable("the administrators' word stands before a namespace's", pods: "x/a y/a z/a") { _ in
    [
      .put(netpol("x", "allow-all", ingress: [.from()])),
      .put(cnp("deny-y", 10, ingress: [.rule(.deny, .of("y"))])),
      .stops("x/a", from: "y/a", by: "deny-y[0]"),
      .lets("x/a", from: "z/a", by: "allow-all[0]"),
      .expect(.tcp, 80, .denied("y/*", "*")),
    ]
  },
  TruthTable("accept stands before a namespace's isolation", pods: "x/a y/a z/a") { _ in
    [
      .put(netpol("x", "deny-all", ingress: [])),
      .put(cnp("accept-y", 10, ingress: [.rule(.accept, .of("y"))])),
      .lets("x/a", from: "y/a", by: "accept-y[0]"),
      .stops("x/a", from: "z/a", by: "end of default"),
    ]
  },
  TruthTable("the lower priority is asked first", pods: "x/a y/a") { _ in
    [
      .put(cnp("b", 20, ingress: [.rule(.deny, .everybody)])),
      .put(cnp("a", 10, ingress: [.rule(.accept, .of("y"))])),
      .lets("x/a", from: "y/a", by: "a[0]"),
      .put(cnp("a", 30, ingress: [.rule(.accept, .of("y"))])),
      .stops("x/a", from: "y/a", by: "b[0]"),
      .put(cnp("b", 0, ingress: [.rule(.pass, .everybody)])),
      .lets("x/a", from: "y/a", by: "kns.x[0]"),
    ]
  },
  TruthTable("rules are asked in their order", pods: "x/a y/a z/a") { _ in
    [
      .put(cnp("two", 1, ingress: [.rule(.accept, .of("y")), .rule(.deny, .everybody)])),
      .lets("x/a", from: "y/a", by: "two[0]"),
      .stops("x/a", from: "z/a", by: "two[1]"),
    ]
  },
  TruthTable("pass leaves it to the namespaces", pods: "x/a y/a z/a") { _ in
    [
      .put(cnp("pass-y", 1, ingress: [.rule(.pass, .of("y")), .rule(.deny, .everybody)])),
      .put(cnp("later", 2, ingress: [.rule(.deny, .everybody)])),
      .lets("x/a", from: "y/a", by: "kns.x[0]"),
      .stops("x/a", from: "z/a", by: "pass-y[1]"),
      .put(netpol("x", "deny-all", ingress: [])),
      .stops("x/a", from: "y/a", by: "end of default"),
    ]
  },
  TruthTable("the baseline holds where no namespace's policy does", pods: "x/a x/b y/a") { _ in
    [
      .put(cnp("default-deny", .baseline, 1, ingress: [.rule(.deny, .everybody)])),
      .expect(.tcp, 80, .denied("*", "*")),
      .put(netpol("x", "allow-y", pods: labels(["pod": "a"]), ingress: [.from(.namespaces(namespace("y")))])),
      .lets("x/a", from: "y/a", by: "allow-y[0]"),
      .stops("x/a", from: "x/b", by: "end of default"),
      .stops("x/b", from: "y/a", by: "default-deny[0]"),
    ]
  },
  TruthTable("pass in the baseline is the end of it", pods: "x/a y/a z/a") { _ in
    [
      .put(cnp("base", .baseline, 1, ingress: [.rule(.pass, .of("y")), .rule(.deny, .everybody)])),
      .lets("x/a", from: "y/a", by: "kns.x[0]"),
      .stops("x/a", from: "z/a", by: "base[1]"),
    ]
  },
  TruthTable("a direction without rules is not affected", pods: "x/a y/a") { _ in
    [
      .put(cnp("in", 1, ingress: [.rule(.deny, .everybody)])),
      .stops("x/a", from: "y/a", by: "in[0]"),
      .lets("x/a", to: "y/a", by: "kns.x[0]"),
    ]
  },
  TruthTable("subjects by namespace and by pod", pods: "x/a x/b y/a") { _ in
    [
      .put(
        cnp("x", 1, subject: ClusterPolicySubject(namespaces: namespace("x")), ingress: [.rule(.deny, .everybody)])),
      .expect(.tcp, 80, .denied("*", "x/*")),
      .put(
        cnp(
          "x", 1,
          subject: ClusterPolicySubject(
            namespaces: nil,
            pods: NamespacedPods(namespaceSelector: namespace("x"), podSelector: labels(["pod": "b"]))),
          ingress: [.rule(.deny, .everybody)])),
      .expect(.tcp, 80, .denied("*", "x/b")),
    ]
  },
  TruthTable("peers by pods of namespaces", pods: "x/a x/b y/a y/b z/b") { _ in
    [
      .put(
        cnp(
          "x", 1, subject: ClusterPolicySubject(namespaces: namespace("x")),
          ingress: [.rule(.deny, .pods(labels(["pod": "b"]), of: expression("ns", "In", ["y", "x"])))])),
      .expect(.tcp, 80, .denied("x/b", "x/*"), .denied("y/b", "x/*")),
    ]
  },
  TruthTable("protocols and ports", pods: "x/a y/a") { _ in
    [
      .put(
        cnp(
          "ports", 1, ingress: [.rule(.deny, .everybody, protocols: [.tcp(80), .udp(81), .tcp(90...99)])],
          egress: [.rule(.deny, .everybody, protocols: [.sctp(80)])])),
      .stops("x/a", from: "y/a", .tcp(80)), .lets("x/a", from: "y/a", .tcp(81)),
      .lets("x/a", from: "y/a", .udp(80)), .stops("x/a", from: "y/a", .udp(81)),
      .lets("x/a", from: "y/a", .tcp(89)), .stops("x/a", from: "y/a", .tcp(90)),
      .stops("x/a", from: "y/a", .tcp(99)), .lets("x/a", from: "y/a", .tcp(100)),
      .lets("x/a", from: "y/a", .icmp(8)),
      .expect(.sctp, 80, .denied("*", "*")), .expect(.sctp, 81),
    ]
  },
  TruthTable("a named port is one of any protocol", pods: "x/a y/a") { _ in
    [
      .put(cnp("udp", 1, ingress: [.rule(.deny, .everybody, protocols: [.named("serve-80-udp")])])),
      .expect(.udp, 80, .denied("*", "*")), .expect(.tcp, 80), .expect(.udp, 81),
      .put(cnp("udp", 1, egress: [.rule(.deny, .of("y"), protocols: [.named("serve-81-sctp")])])),
      .expect(.sctp, 81, .denied("*", "y/*")), .expect(.udp, 80),
    ]
  },
  TruthTable("networks are addresses, those of pods too", pods: "x/a y/a y/b") { family in
    [
      .put(cnp("nets", 1, egress: [.rule(.deny, .nets(block("y", family), "192.0.2.0/24"))])),
      .expect(.tcp, 80, .denied("*", "y/*")),
      .stops("x/a", to: "y/a", .icmp(8), by: "nets[0]"),
      .lets("x/a", to: family == .ipv4 ? "192.0.3.1" : "2001:db8::1"),
    ]
  },
  TruthTable("what is outside is let through unless networks say otherwise", pods: "x/a") { family in
    let outside = family == .ipv4 ? "192.0.2.1" : "2001:db8::1"
    return [
      .put(cnp("pods", 1, ingress: [.rule(.deny, .everybody)], egress: [.rule(.deny, .everybody)])),
      .lets("x/a", to: outside), .lets("x/a", from: outside),
      .put(cnp("all", 2, egress: [.rule(.deny, .nets(family == .ipv4 ? "0.0.0.0/0" : "::/0"))])),
      .stops("x/a", to: outside, by: "all[0]"), .lets("x/a", from: outside),
    ]
  },
  TruthTable("a rule that nobody understands is closed", pods: "x/a y/a z/a") { _ in
    [
      .put(cnp("a", 1, ingress: [.rule(.accept, .of("y"), ClusterPolicyPeer()), .rule(.deny, .of("y"))])),
      .stops("x/a", from: "y/a", by: "a[1]"), .lets("x/a", from: "z/a"),
      .put(cnp("a", 1, ingress: [.rule(.deny, ClusterPolicyPeer())])),
      .stops("x/a", from: "z/a", by: "a[0]"),
      .put(cnp("a", 1, ingress: [.rule(.pass, ClusterPolicyPeer())])), .stops("x/a", from: "z/a", by: "a[0]"),
      .put(cnp("a", 1, ingress: [.rule("Permit", .everybody)])), .stops("x/a", from: "z/a", by: "a[0]"),
      .put(cnp("a", 1, egress: [.rule(.deny, ClusterPolicyPeer(domainNames: ["example.com"]))])),
      .stops("x/a", to: "z/a", by: "a[0]"),
    ]
  },
  TruthTable("a policy without a subject closes every pod", pods: "x/a y/a") { _ in
    [
      .put(cnp("nobody", 1, subject: ClusterPolicySubject(), ingress: [.rule(.accept, .everybody)])),
      .stops("x/a", from: "y/a", by: "nobody"), .lets("x/a", to: "y/a"),
      .put(cnp("nobody", nil, ingress: [.rule(.accept, .everybody)])), .stops("y/a", from: "x/a", by: "nobody"),
    ]
  },
]
