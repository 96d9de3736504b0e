import DataplaneABI
import Policy
import PolicyWorld

/// A cluster of 100,000 pods in 500 namespaces, and what its policies select: what the index is sized for.
struct MeasuredCluster {
  static let podCount = 100_000
  static let namespaceCount = 500
  static let setCount = 10_000
  private static let appsPerNamespace = 20

  private var chance = SplitMix(seed: 1)
  private var addressCount: UInt32 = 0

  static func podID(_ number: Int) -> LabelledObjectID {
    LabelledObjectID("namespace-\(number % namespaceCount)/pod-\(number)")
  }

  /// A pod with an address that none had before, of an application by chance.
  mutating func pod(_ number: Int) -> LabelledObject {
    let namespace = number % Self.namespaceCount
    let app = Int.random(in: 0..<Self.appsPerNamespace, using: &chance)
    addressCount += 1
    return LabelledObject(
      labels: [
        "app": "app-\(app)", "tier": chance.pick(["web", "logic", "data"]), "version": "v\(app % 5)",
        "pod-template-hash": "\(namespace)-\(app)-7c9f", "app.kubernetes.io/instance": "pod-\(number)",
        LabelName.namespace: "namespace-\(namespace)", LabelName.orchestrator: "k8s",
        LabelName.serviceAccount: "account-\(app % 3)",
      ],
      parents: [
        LabelParentID("kns.namespace-\(namespace)"), LabelParentID("ksa.namespace-\(namespace).account-\(app % 3)"),
      ],
      addresses: [
        .ipv4(
          RouteKey(
            host: IPv4Address(
              10, UInt8(addressCount >> 16), UInt8(addressCount >> 8 & 0xff), UInt8(addressCount & 0xff))))
      ],
      ports: [EndpointPort(name: "http", proto: 6, port: 8080), EndpointPort(name: "metrics", proto: 6, port: 9090)])
  }

  static func namespaceLabels(_ namespace: Int, round: Int = 0) -> [String: String] {
    [
      "pcns.projectcalico.org/name": "namespace-\(namespace)", "pcns.team": "team-\(namespace % 50)",
      "pcns.env": (namespace + round) % 10 == 0 ? "prod" : "test",
    ]
  }

  func tellParents(_ index: inout IPSetIndex) {
    for namespace in 0..<Self.namespaceCount {
      index.setParent(LabelParentID("kns.namespace-\(namespace)"), labels: Self.namespaceLabels(namespace))
      for account in 0..<3 {
        index.setParent(
          LabelParentID("ksa.namespace-\(namespace).account-\(account)"),
          labels: ["pcsa.projectcalico.org/name": "account-\(account)"])
      }
    }
  }

  /// Most are of one application in one namespace, as those of Kubernetes' policies are.
  func definition(_ number: Int) throws -> IPSetDefinition {
    let inNamespace = "projectcalico.org/namespace == 'namespace-\(number % Self.namespaceCount)'"
    let app = "app == 'app-\(number / Self.namespaceCount % Self.appsPerNamespace)'"
    switch number % 100 {
    case 0:
      return .selector(
        try Selector("pcns.team == 'team-\(number / 100 % 50)' && \(app) && version != 'v\(number % 7)'"))
    case 1: return .selector(try Selector("pcns.env == 'prod' && \(app) && tier in {'web', 'logic'}"))
    case 2: return .selector(try Selector("\(app) && version == 'v\(number / 100 % 5)' && !has(legacy\(number))"))
    case 3: return .selector(try Selector("\(inNamespace) && tier starts with 'lo' && \(app)"))
    case 4..<10: return .namedPort(try Selector("\(inNamespace) && \(app)"), name: "http", proto: 6)
    case 10..<20: return .selector(try Selector("\(inNamespace) && (\(app) || tier == 'data') && !has(x\(number))"))
    case 20..<30:
      return .selector(
        try Selector("pcns.projectcalico.org/name == 'namespace-\(number % 499)' && \(app) && version != '\(number)'"))
    default:
      return .selector(
        try Selector("projectcalico.org/orchestrator == 'k8s' && \(inNamespace) && \(app) && version != '\(number)'"))
    }
  }
}
