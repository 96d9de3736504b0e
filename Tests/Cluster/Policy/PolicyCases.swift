import CalicoAPI
import KubernetesClient

/// Policies of Kubernetes and changes to them, after each of which everybody is asked by everybody.
struct PolicyCase: Sendable {
  enum Step: Sendable {
    /// Created, or put in the place of the one of this name.
    case put(KubernetesNetworkPolicy)
    case delete(KubernetesNetworkPolicy)
    /// An empty value takes the label away.
    case labelPod(String, String, String)
    case labelNamespace(String, String, String)
  }

  let name: String
  /// What is done together before everybody is asked.
  let steps: [[Step]]

  init(_ name: String, _ steps: [Step]...) {
    self.name = name
    self.steps = steps
  }
}

/// An address range by which the blocks' cases choose.
struct PolicyBlocks {
  /// All pods of the family; the pod x/a; the pod y/b. By family.
  let all: [String]
  let one: [String]
  let other: [String]
}

extension PolicyCase {
  static let selectors = [
    PolicyCase("nobody comes in", [.put(.of("x", ingress: []))]),
    PolicyCase("nobody gets out", [.put(.of("x", egress: []))]),
    PolicyCase("neither in nor out, for one pod", [.put(.of("y", pods: ["pod": "a"], ingress: [], egress: []))]),
    PolicyCase("nobody anywhere", ["x", "y", "z"].map { .put(.of($0, ingress: [], egress: [])) }),
    PolicyCase("a rule without peers lets all in", [.put(.of("x", ingress: [.from(at: [.tcp(80)])]))]),
    PolicyCase(
      "pods of the own namespace", [.put(.of("x", pods: ["pod": "a"], ingress: [.from(.pods(["pod": "b"]))]))]),
    PolicyCase("all pods of the own namespace", [.put(.of("y", ingress: [.from(.pods())], egress: [.to(.pods())]))]),
    PolicyCase("namespaces by label", [.put(.of("x", ingress: [.from(.namespaces(["ns": "y"]))]))]),
    PolicyCase(
      "namespaces by name", [.put(.of("z", ingress: [.from(.namespaces(["kubernetes.io/metadata.name": "x"]))]))]),
    PolicyCase(
      "namespaces by expression",
      [.put(.of("x", ingress: [.from(.namespaces(.init(key: "ns", operator: .in, values: ["y", "z"])))]))]),
    PolicyCase(
      "pods by expression",
      [.put(.of("x", egress: [.to(.pods(.init(key: "pod", operator: .notIn, values: ["a"])))]))]),
    PolicyCase(
      "pods of namespaces: both have to match",
      [.put(.of("x", ingress: [.from(.pods(["pod": "b"], in: ["ns": "y"]))]))]),
    PolicyCase(
      "two peers: one has to match",
      [.put(.of("x", ingress: [.from(.pods(["pod": "b"]), .namespaces(["ns": "z"]))]))]),
    PolicyCase(
      "egress to pods of another namespace", [.put(.of("x", egress: [.to(.pods(["pod": "a"], in: ["ns": "z"]))]))]),
    PolicyCase(
      "both ends have to allow",
      [
        .put(.of("x", pods: ["pod": "a"], egress: [.to(.namespaces(["ns": "y"]))])),
        .put(.of("y", pods: ["pod": "b"], ingress: [.from(.namespaces(["ns": "z"]))])),
      ]),
  ]

  static let ports = [
    PolicyCase("one port", [.put(.of("x", ingress: [.from(at: [.tcp(81)])]))]),
    PolicyCase("a port without a protocol is one of TCP", [.put(.of("x", ingress: [.from(at: [Port(port: 80)])]))]),
    PolicyCase("a protocol without a port", [.put(.of("x", ingress: [.from(at: [.udp()])]))]),
    PolicyCase("a port by name is another one at each pod", [.put(.of("y", ingress: [.from(at: [.tcp("serve")])]))]),
    PolicyCase(
      "a port by name, from outside of it", [.put(.of("x", egress: [.to(.pods(in: [:]), at: [.tcp("serve")])]))]),
    PolicyCase("a name that nobody has", [.put(.of("y", ingress: [.from(at: [.tcp("nothing")])]))]),
    PolicyCase("a range of ports", [.put(.of("x", ingress: [.from(at: [.tcp(80, to: 81)])]))]),
    PolicyCase("a range that ends before", [.put(.of("x", ingress: [.from(at: [.udp(70, to: 80)])]))]),
    PolicyCase("egress to a range", [.put(.of("z", egress: [.to(.namespaces(["ns": "x"]), at: [.tcp(81, to: 90)])]))]),
    PolicyCase(
      "egress to the own namespace, and to UDP 81 wherever it is",
      [.put(.of("x", egress: [.to(.pods()), .to(at: [.udp(81)])]))]),
    PolicyCase(
      "ports go with their own peers",
      [
        .put(
          .of(
            "y",
            ingress: [
              .from(.namespaces(["ns": "x"]), at: [.tcp(80)]), .from(.namespaces(["ns": "z"]), at: [.udp(81)]),
            ]))
      ]),
  ]

  static let changes = [
    PolicyCase(
      "two policies are more than one",
      [.put(.of("x", "closed", ingress: []))],
      [.put(.of("x", "first", ingress: [.from(.namespaces(["ns": "y"]))]))],
      [.put(.of("x", "second", pods: ["pod": "a"], ingress: [.from(.pods(["pod": "b"], in: ["ns": "z"]))]))],
      [.delete(.of("x", "first"))]),
    PolicyCase(
      "a policy changes",
      [.put(.of("x", ingress: [.from(.namespaces(["ns": "y"]))]))],
      [.put(.of("x", ingress: [.from(.namespaces(["ns": "z"]), at: [.tcp(80)])]))],
      [.put(.of("x", pods: ["pod": "b"], egress: []))]),
    PolicyCase(
      "a peer gets a label and loses it",
      [.put(.of("x", ingress: [.from(.pods(["role": "guest"], in: [:]))]))],
      [.labelPod("y/a", "role", "guest")], [.labelPod("y/a", "role", "")]),
    PolicyCase(
      "a pod comes under a policy and leaves it",
      [.put(.of("x", pods: ["role": "closed"], ingress: []))],
      [.labelPod("x/b", "role", "closed")], [.labelPod("x/b", "role", "")]),
    PolicyCase(
      "a namespace gets a label and loses it",
      [.put(.of("x", egress: [.to(.namespaces(["role": "open"]))]))],
      [.labelNamespace("z", "role", "open")], [.labelNamespace("z", "role", "")]),
  ]

  static func blocks(_ blocks: PolicyBlocks) -> [PolicyCase] {
    [
      PolicyCase(
        "a block less one address",
        [.put(.of("y", ingress: [0, 1].map { .from(.block(blocks.all[$0], except: [blocks.one[$0]])) }))]),
      PolicyCase("one address, of one family", [.put(.of("y", ingress: [.from(.block(blocks.one[1]))]))]),
      PolicyCase(
        "egress to a block less one address, and to that at one port",
        [
          .put(
            .of(
              "x",
              egress: [0, 1].flatMap {
                [
                  .to(.block(blocks.all[$0], except: [blocks.other[$0]])),
                  .to(.block(blocks.other[$0]), at: [.tcp(80)]),
                ]
              }))
        ]),
    ]
  }
}
