import CalicoAPI
import Testing

@testable import ControlPlane

@Suite("Policies in the API")
struct PolicyKindTests {
  private static let calico = "/apis/projectcalico.org/v3"
  private static let global = "\(calico)/globalnetworkpolicies"
  private static let tiers = "\(calico)/tiers"
  private static let kubernetes = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies"
  private static let cluster = "/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies"

  private static func object(_ name: String, _ spec: JSON) -> JSON {
    ["metadata": ["name": .string(name)], "spec": spec]
  }

  @Test(
    "what a policy does not say is filled in as Kubernetes and Calico do",
    arguments: [
      (kubernetes, [:], ["podSelector": [:], "policyTypes": ["Ingress"]]),
      (
        kubernetes, ["podSelector": ["matchLabels": ["a": "b"]], "egress": [["ports": [["port": 80]]]]],
        [
          "podSelector": ["matchLabels": ["a": "b"]], "policyTypes": ["Ingress", "Egress"],
          "egress": [["ports": [["port": 80, "protocol": "TCP"]]]],
        ]
      ),
      (global, [:], ["tier": "default", "types": ["Ingress"]]),
      (
        global, ["egress": [["action": "Allow"]], "order": .double(12.5)],
        ["tier": "default", "types": ["Egress"], "egress": [["action": "Allow"]], "order": .double(12.5)]
      ),
      (
        "\(calico)/namespaces/default/networkpolicies",
        ["egress": [["action": "Allow"]], "ingress": [["action": "Deny"]], "tier": ""],
        [
          "tier": "default", "types": ["Ingress", "Egress"], "egress": [["action": "Allow"]],
          "ingress": [["action": "Deny"]],
        ]
      ),
      (
        "\(calico)/stagedglobalnetworkpolicies", ["order": 1],
        ["tier": "default", "types": ["Ingress"], "order": 1, "stagedAction": "Set"]
      ),
      (
        "\(calico)/namespaces/default/stagednetworkpolicies", ["stagedAction": "Delete"],
        ["tier": "default", "stagedAction": "Delete"]
      ),
      (
        "\(calico)/namespaces/default/stagedkubernetesnetworkpolicies", ["egress": [[:]]],
        ["policyTypes": ["Ingress", "Egress"], "egress": [[:]], "stagedAction": "Set"]
      ),
      (tiers, ["order": 5], ["order": 5, "defaultAction": "Deny"]),
      (
        "\(calico)/namespaces/default/networksets", ["nets": ["10.0.0.1"]], ["nets": ["10.0.0.1"]]
      ),
      ("\(calico)/globalnetworksets", [:], [:]),
      (
        "\(calico)/hostendpoints", ["node": "n", "interfaceName": "*"], ["node": "n", "interfaceName": "*"]
      ),
      (
        cluster,
        [
          "tier": "Admin", "priority": 0, "subject": ["namespaces": [:]],
          "ingress": [["action": "Deny", "from": [["pods": ["podSelector": [:]]]]]],
        ],
        [
          "tier": "Admin", "priority": 0, "subject": ["namespaces": [:]],
          "ingress": [["action": "Deny", "from": [["pods": ["podSelector": [:]]]]]],
        ]
      ),
    ] as [(String, JSON, JSON)])
  func defaults(path: String, spec: JSON, stored: JSON) async throws {
    try await TestAPI.run { api in
      let answer = try await api.post("\(path)?fieldValidation=Strict", Self.object("a", spec))
      #expect(answer.status == 201, "\(answer.body["message"]?.string ?? "")")
      #expect(answer.body["spec"] == stored)
      #expect(answer.body["metadata"]?["generation"] == 1)
      #expect(try await api.get("\(path)/a").body["spec"] == stored)
    }
  }

  @Test("a policy has its tier as a label, also when it moves, and can be listed by it")
  func tierLabel() async throws {
    try await TestAPI.run { api in
      #expect(try await api.post(Self.tiers, Self.object("first", ["order": 1])).status == 201)
      let made = try await api.post(Self.global, Self.object("a", [:])).body
      #expect(made["metadata"]?["labels"] == ["projectcalico.org/tier": "default"])
      let moved = try await api.patch("\(Self.global)/a", ["spec": ["tier": "first"]]).body
      #expect(moved["metadata"]?["labels"] == ["projectcalico.org/tier": "first"])
      for query in ["fieldSelector=spec.tier%3Dfirst", "labelSelector=projectcalico.org/tier%3Dfirst"] {
        #expect(try await api.get("\(Self.global)?\(query)").body["items"]?.array?.count == 1)
      }
      #expect(try await api.get("\(Self.global)?fieldSelector=spec.tier%3Ddefault").body["items"] == [])
    }
  }

  @Test("a refusal has code, reason, causes and a sentence, and nothing is stored")
  func refusal() async throws {
    try await TestAPI.run { api in
      let spec: JSON = ["ingress": [["from": [["podSelector": [:]], ["ipBlock": ["cidr": "x"]]]]]]
      let answer = try await api.post(Self.kubernetes, Self.object("a", spec))
      let sentence =
        "Invalid value: \"x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
      #expect(
        answer.body == [
          "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "reason": "Invalid", "code": 422,
          "message": .string(
            "NetworkPolicy \"a\" is invalid: spec.ingress[0].from[1].ipBlock.cidr: \(sentence)"),
          "details": [
            "name": "a", "group": "networking.k8s.io", "kind": "NetworkPolicy",
            "causes": [
              [
                "reason": "FieldValueInvalid", "field": "spec.ingress[0].from[1].ipBlock.cidr",
                "message": .string(sentence),
              ]
            ],
          ],
        ])
      #expect(try await api.get("\(Self.kubernetes)/a").status == 404)
    }
  }

  @Test(
    "what is wrong with a policy is said field by field",
    arguments: [
      (
        global, ["selector": "a == 'b"],
        "spec.selector: Invalid value: \"a == 'b\": column 6: "
      ),
      (
        global,
        ["ingress": [["action": "Allow", "protocol": "TCP", "source": ["namespaceSelector": "all() global()"]]]],
        "spec.ingress[0].source.namespaceSelector: Invalid value: \"all() global()\": global() cannot be combined with "
          + "other selectors"
      ),
      (
        global, ["ingress": [["action": "Allow", "protocol": "TCP", "destination": ["ports": [80, "9:8"]]]]],
        "spec.ingress[0].destination.ports[1]: Invalid value: \"9:8\": must be a port from 1 to 65535, a range of them such "
          + "as 8000:8080, or the name of a port"
      ),
      (global, ["tier": "none"], "spec.tier: Not found: \"none\""),
      (
        "\(calico)/namespaces/default/networkpolicies", ["types": ["Both"]],
        "spec.types[0]: Unsupported value: \"Both\": supported values: \"Egress\", \"Ingress\""
      ),
      (
        "\(calico)/stagedglobalnetworkpolicies", ["stagedAction": "Delete", "selector": "a"],
        "spec: Forbidden: Spec fields, except Tier, should all be zero-value if stagedAction is Delete"
      ),
      (
        "\(calico)/hostendpoints", ["node": "n", "expectedIPs": ["10.0.0.1"], "ports": [["name": "a", "port": 1]]],
        "spec.ports[0].protocol: Required value"
      ),
      (
        "\(calico)/globalnetworksets", ["nets": ["10.0.0.0/33"]],
        "spec.nets[0]: Invalid value: \"10.0.0.0/33\": must be a range of addresses such as 192.0.2.0/24, or an address"
      ),
      (
        cluster, ["tier": "Admin", "priority": 1, "subject": ["namespaces": [:], "pods": ["podSelector": [:]]]],
        "spec.subject: Forbidden: exactly one of its fields may be set, there are 2"
      ),
      (
        tiers, ["defaultAction": "Log"],
        "spec.defaultAction: Unsupported value: \"Log\": supported values: \"Deny\", \"Pass\""
      ),
    ] as [(String, JSON, String)])
  func invalid(path: String, spec: JSON, message: String) async throws {
    try await TestAPI.run { api in
      let answer = try await api.post(path, Self.object("a", spec))
      #expect(answer.status == 422)
      #expect(answer.body["message"]?.string?.contains(" \"a\" is invalid: \(message)") == true, "\(answer.body.text)")
      #expect(try await api.get("\(path)/a").status == 404)
    }
  }

  @Test("fields of a wrong type and fields that nobody knows are refused")
  func wrongFields() async throws {
    try await TestAPI.run { api in
      let wrong = try await api.post(Self.global, Self.object("a", ["order": "first"]))
      #expect(wrong.status == 400)
      #expect(wrong.body["message"]?.string?.contains("of type float64") == true)
      let unknown = try await api.post(
        "\(Self.cluster)?fieldValidation=Strict",
        Self.object(
          "a",
          [
            "tier": "Admin", "priority": 1, "subject": ["namespaces": [:]],
            "ingress": [["action": "Deny", "from": [["future": [:]]]]],
          ]))
      #expect(unknown.status == 400)
      #expect(
        unknown.body["message"]?.string?.contains("unknown field \"spec.ingress[0].from[0].future\"") == true)
    }
  }

  @Test("the tiers that every cluster has are there from the start, stay as they are, and stay")
  func standardTiers() async throws {
    try await TestAPI.run { api in
      let all = try await api.get(Self.tiers).body["items"]?.array ?? []
      #expect(
        all.map { [$0["metadata"]?["name"], $0["spec"]?["order"], $0["spec"]?["defaultAction"]] } == [
          ["default", 1_000_000, "Deny"], ["kube-admin", 1000, "Pass"], ["kube-baseline", 10_000_000, "Pass"],
        ])
      let changed = try await api.patch("\(Self.tiers)/default", ["spec": ["order": 5]])
      #expect(
        changed.body["message"]
          == "Tier \"default\" is invalid: spec.order: Invalid value: \"5.0\": default tier order must be 1000000")
      for name in ["default", "kube-admin", "kube-baseline"] {
        let answer = try await api.delete("\(Self.tiers)/\(name)")
        #expect(answer.status == 403)
        #expect(
          answer.body["message"]?.string
            == "tiers.projectcalico.org \"\(name)\" is forbidden: The built-in tier \(name) cannot be deleted")
      }
      #expect(try await api.delete(Self.tiers).status == 403)
      #expect(try await api.get(Self.tiers).body["items"]?.array?.count == 3)
    }
  }

  @Test("a tier with policies in it stays, whatever their kind; an empty one goes")
  func usedTier() async throws {
    try await TestAPI.run { api in
      #expect(try await api.post(Self.tiers, Self.object("first", [:])).status == 201)
      for path in [
        Self.global, "\(Self.calico)/namespaces/default/networkpolicies",
        "\(Self.calico)/stagedglobalnetworkpolicies", "\(Self.calico)/namespaces/default/stagednetworkpolicies",
      ] {
        #expect(try await api.post(path, Self.object("a", ["tier": "first"])).status == 201)
        let answer = try await api.delete("\(Self.tiers)/first")
        #expect(
          answer.body["message"]
            == "tiers.projectcalico.org \"first\" is forbidden: Cannot delete a non-empty tier")
        #expect(try await api.delete("\(path)/a").status == 200)
      }
      #expect(try await api.delete("\(Self.tiers)/first").status == 200)
    }
  }

  @Test("why a tier is ready or not is shown, and is no change of what was wanted")
  func tierStatus() async throws {
    try await TestAPI.run { api in
      let condition: JSON = [
        "type": "Ready", "status": "True", "reason": "TierReady", "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
      ]
      let answer = try await api.patch("\(Self.tiers)/default/status", ["status": ["conditions": [condition]]])
      #expect(answer.status == 200)
      #expect(answer.body["metadata"]?["generation"] == 1)
      let table = try await api.get("\(Self.tiers)/default", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
      #expect(table.body["rows"]?.array?.first?["cells"] == ["default", 1_000_000, "Deny", "TierReady"])
    }
  }

  @Test("a restart makes nothing twice, and a namespace that is going does not hinder it")
  func restart() async throws {
    try await TestAPI.run { api in
      #expect(try await api.delete("/api/v1/namespaces/kube-public").status == 200)
      #expect(try await api.delete("/api/v1/namespaces/kube-public/serviceaccounts/default").status == 200)
      let revision = api.store.revision
      try await api.cluster.prepare()
      #expect(api.store.revision == revision)
    }
  }

  @Test("every namespace has a default service account, also after somebody deleted it, until the namespace goes")
  func serviceAccounts() async throws {
    try await TestAPI.run(controllers: true) { api in
      let accounts = "/api/v1/namespaces/blue/serviceaccounts"
      func uid() async throws -> JSON? {
        for _ in 0..<500 {
          if let uid = try await api.get("\(accounts)/default").body["metadata"]?["uid"] { return uid }
          try await Task.sleep(for: .milliseconds(10))
        }
        return nil
      }
      #expect(try await api.post("/api/v1/namespaces", ["metadata": ["name": "blue"]]).status == 201)
      let first = try #require(try await uid())
      #expect(try await api.delete("\(accounts)/default").status == 200)
      let second = try #require(try await uid())
      #expect(first != second)
      #expect(try await api.delete("/api/v1/namespaces/blue").status == 200)
      for _ in 0..<500 where try await api.get("/api/v1/namespaces/blue").status != 404 {
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(try await api.get("/api/v1/namespaces/blue").status == 404)
      #expect(try await api.get(accounts).body["items"] == [])
    }
  }

  @Test("a pod that names no service account runs as default, and updates leave whom it runs as")
  func podServiceAccount() async throws {
    try await TestAPI.run { api in
      let plain = try await api.post(Sample.pods, Sample.pod("a")).body
      #expect(plain["spec"]?["serviceAccountName"] == "default")
      #expect(plain["spec"]?["serviceAccount"] == "default")
      var own = Sample.pod("b")
      own[["spec", "serviceAccountName"]] = "builder"
      #expect(try await api.post(Sample.pods, own).body["spec"]?["serviceAccount"] == "builder")
      let updated = try await api.put("\(Sample.pods)/b", Sample.pod("b", labels: ["x": "y"]))
      #expect(updated.status == 200)
      #expect(updated.body["spec"]?["serviceAccountName"] == "builder")
      let changed = try await api.patch("\(Sample.pods)/b", ["spec": ["serviceAccountName": "other"]])
      #expect(changed.status == 422)
      own[["metadata", "name"]] = "c"
      own[["spec", "serviceAccountName"]] = "A b"
      #expect(try await api.post(Sample.pods, own).status == 422)
    }
  }

  @Test("schemas reach kubectl: numbers with a fraction, and open and closed kinds")
  func openAPI() async throws {
    try await TestAPI.run { api in
      let document = try await api.get("/openapi/v3/apis/projectcalico.org/v3").body
      let tier = document[["components", "schemas", "org.projectcalico.v3.TierSpec", "properties", "order"]]
      #expect(tier == ["type": "number", "format": "double"])
    }
  }
}
