import CalicoAPI
import Glibc
import Policy
import Testing

/// 10,000 policies and the 110 pods of a node: what changes cost. `APUS_MEASURE` tells how long they take.
@Suite("A node's pods among many policies")
struct ResolverMeasureTests {
  @Test("a change concerns few pods of many, and the rest is left alone")
  func changes() throws {
    var resolver = PolicyResolver()
    let clock = ContinuousClock()
    let filled = clock.measure { Self.fill(&resolver) }
    var changes = PolicyChanges()
    let first = clock.measure { changes = resolver.takeChanges() }
    #expect(changes.endpoints.count == 110)
    #expect(changes.addedSets.count < 3_000, "only what pods here need: \(changes.addedSets.count)")

    var times: [String: Duration] = ["10,000 policies told": filled, "110 pods' policies made": first]
    times["a policy of a namespace changes"] = clock.measure {
      resolver.setPolicy(Self.policy(3, order: 7))
      changes = resolver.takeChanges()
    }
    #expect(changes.endpoints.count == 11, "the pods of that namespace: \(changes.endpoints.count)")
    times["a policy of no pod here changes"] = clock.measure {
      resolver.setPolicy(Self.policy(1_234, order: 7))
      changes = resolver.takeChanges()
    }
    #expect(changes.isEmpty)
    times["a pod's labels change"] = clock.measure {
      resolver.setEndpoint(Self.endpoint(9, labels: ["app": "other"]))
      changes = resolver.takeChanges()
    }
    #expect(changes.endpoints.count == 1)
    times["a namespace's labels change"] = clock.measure {
      resolver.setNamespace(Namespace(metadata: ObjectMeta(name: "n9", labels: ["team": "other"])))
      changes = resolver.takeChanges()
    }
    #expect((1...11).contains(changes.endpoints.count), "\(changes.endpoints.count)")
    guard getenv("APUS_MEASURE") != nil else { return }
    for (name, time) in times.sorted(by: { $0.key < $1.key }) { print("\(name): \(time)") }
  }

  private static func fill(_ resolver: inout PolicyResolver) {
    for number in 0..<1_000 {
      resolver.setNamespace(
        Namespace(metadata: ObjectMeta(name: "n\(number)", labels: ["team": "t\(number % 20)"])))
    }
    for number in 0..<110 { resolver.setEndpoint(endpoint(number, labels: [:])) }
    for number in 0..<10_000 { resolver.setPolicy(policy(number, order: 10)) }
  }

  /// Pods are in ten namespaces of a thousand.
  private static func endpoint(_ number: Int, labels: [String: String]) -> PolicyEndpoint {
    let own = ["app": "a\(number % 5)"].merging(labels) { $1 }
    let pod = Pod(metadata: ObjectMeta(name: "p\(number)", namespace: "n\(number % 10)", labels: own))
    return PolicyEndpoint(pod)
  }

  /// Nine of ten are of a namespace.
  private static func policy(_ number: Int, order: Double) -> PolicyObject {
    let rules = (0..<5).map { index in
      rule(.allow, .tcp, from: EntityRule(selector: "app == 'c\((number + index) % 500)'"), to: EntityRule(ports: [80]))
    }
    if number % 10 == 9 {
      return gnp(
        "g\(number)", order: order, "app == 'a\(number % 7)'", namespaces: "team == 't\(number % 20)'", ingress: rules)
    }
    return np("n\(number % 1_000)", "p\(number)", order: order, "has(app)", ingress: rules)
  }
}
