import Testing

@testable import ControlPlane

@Suite("FelixConfigurations and IPPools")
struct CalicoKindTests {
  private static let root = "/apis/projectcalico.org/v3"
  private static let felix = "\(root)/felixconfigurations"
  private static let pools = "\(root)/ippools"

  private static func object(_ kind: String, _ name: String, _ spec: JSON) -> JSON {
    [
      "apiVersion": "projectcalico.org/v3", "kind": .string(kind), "metadata": ["name": .string(name)], "spec": spec,
    ]
  }

  private static func felix(_ spec: JSON, name: String = "default") -> JSON { object("FelixConfiguration", name, spec) }
  private static func pool(_ spec: JSON, name: String = "pods") -> JSON { object("IPPool", name, spec) }

  @Test("fields that this release does not know are kept, through creation, patches and updates")
  func unknownFields() async throws {
    try await TestAPI.run { api in
      let spec: JSON = ["bpfEnabled": true, "futureField": ["a": [1, 2]], "routeTableRanges": [["min": 1, "max": 9]]]
      #expect(try await api.post("\(Self.felix)?fieldValidation=Strict", Self.felix(spec)).status == 201)
      let patched = try await api.patch("\(Self.felix)/default", ["spec": ["bpfEnforceRPF": "strict"]])
      #expect(patched.status == 200)
      let stored = try await api.get("\(Self.felix)/default").body
      #expect(stored["spec"]?["futureField"] == ["a": [1, 2]])
      #expect(stored["spec"]?["routeTableRanges"] == [["min": 1, "max": 9]])
      #expect(stored["spec"]?["bpfEnforceRPF"] == "strict")
      #expect(stored["metadata"]?["generation"] == 2)
    }
  }

  @Test(
    "what the agent would not understand is refused, with the field",
    arguments: [
      (
        ["bpfPSNATPorts": "x"],
        "spec.bpfPSNATPorts: Invalid value: \"x\" is not a port from 1 to 65535 or a range of them, such as 20000:29999"
      ),
      (
        ["bpfEnforceRPF": "On"],
        "spec.bpfEnforceRPF: Invalid value: \"On\" is not Disabled, Loose or Strict"
      ),
      (
        ["bpfDataIfacePattern": "("],
        "spec.bpfDataIfacePattern: Invalid value: \"(\" is not a regular expression"
      ),
      (
        ["nodeSelector": "all()"],
        "spec.nodeSelector: Forbidden: the name default says already which nodes it is for"
      ),
    ] as [(JSON, String)])
  func invalidSettings(spec: JSON, message: String) async throws {
    try await TestAPI.run { api in
      let answer = try await api.post(Self.felix, Self.felix(spec))
      #expect(answer.status == 422)
      #expect(
        answer.body["message"]?.string == "FelixConfiguration \"default\" is invalid: \(message)")
      #expect(try await api.get("\(Self.felix)/default").status == 404)
    }
  }

  @Test("what makes sense and is not done yet is taken, and so is every form of a range")
  func acceptable() async throws {
    try await TestAPI.run { api in
      let spec: JSON = [
        "bpfAttachType": "Netkit", "bpfPSNATPorts": "20000-29999", "bpfKubeProxyEndpointSlicesEnabled": true,
      ]
      let all = try await api.post(Self.felix, Self.felix(spec))
      #expect(all.status == 201)
      let one = try await api.post(Self.felix, Self.felix(["bpfPSNATPorts": 7], name: "node.node1"))
      #expect(one.status == 201)
    }
  }

  @Test("a pool has Calico's defaults, and its range begins where it begins")
  func poolDefaults() async throws {
    try await TestAPI.run { api in
      let answer = try await api.post(Self.pools, Self.pool(["cidr": "10.65.3.9/16", "natOutgoing": true]))
      #expect(answer.status == 201)
      #expect(
        answer.body["spec"] == [
          "allowedUses": ["Workload", "Tunnel"], "blockSize": 26, "cidr": "10.65.0.0/16", "ipipMode": "Never",
          "natOutgoing": true, "nodeSelector": "all()", "vxlanMode": "Never",
        ])
      let second = try await api.post(Self.pools, Self.pool(["cidr": "fd65::/48"], name: "six"))
      #expect(second.body["spec"]?["blockSize"] == 122)
    }
  }

  @Test(
    "what is wrong with a pool is said field by field",
    arguments: [
      ([:], "spec.cidr: Required value"),
      (["cidr": "pods"], "spec.cidr: Invalid value: \"pods\": must be a range of addresses"),
      (
        ["cidr": "10.65.0.0/16", "blockSize": 33],
        "spec.blockSize: Invalid value: 33: must be between 20 and 32, inclusive"
      ),
      (
        ["cidr": "10.65.0.0/28", "blockSize": 26],
        "spec.blockSize: Invalid value: 26: a block of this size is wider than the pool 10.65.0.0/28"
      ),
      (
        ["cidr": "10.65.0.0/16", "ipipMode": "Always", "vxlanMode": "Always"],
        "spec.ipipMode: Forbidden: only one of ipipMode and vxlanMode may be in use"
      ),
      (["cidr": "fd65::/48", "ipipMode": "Always"], "spec.ipipMode: Forbidden: there is no IPIP for IPv6"),
      (
        ["cidr": "10.65.0.0/16", "ipipMode": "Sometimes"],
        "spec.ipipMode: Invalid value: \"Sometimes\" is not Never, Always or CrossSubnet"
      ),
      (
        ["cidr": "10.64.0.0/12"],
        "spec.cidr: Invalid value: \"10.64.0.0/12\": overlaps with the IPPool first, 10.70.0.0/16"
      ),
      (
        ["cidr": "10.70.7.0/24"],
        "spec.cidr: Invalid value: \"10.70.7.0/24\": overlaps with the IPPool first, 10.70.0.0/16"
      ),
    ] as [(JSON, String)])
  func invalidPool(spec: JSON, message: String) async throws {
    try await TestAPI.run { api in
      #expect(try await api.post(Self.pools, Self.pool(["cidr": "10.70.0.0/16"], name: "first")).status == 201)
      let answer = try await api.post(Self.pools, Self.pool(spec))
      #expect(answer.status == 422)
      #expect(answer.body["message"]?.string == "IPPool \"pods\" is invalid: \(message)")
    }
  }

  @Test("kubectl lists both, by their columns")
  func tables() async throws {
    try await TestAPI.run { api in
      _ = try await api.post(Self.felix, Self.felix([:]))
      _ = try await api.post(Self.pools, Self.pool(["cidr": "10.65.0.0/16", "natOutgoing": true]))
      let table = "application/json;as=Table;v=v1;g=meta.k8s.io"
      func columns(_ path: String) async throws -> ([String], [JSON]) {
        let body = try await api.get(path, accept: table).body
        return (
          (body["columnDefinitions"]?.array ?? []).filter { $0["priority"] == 0 }.compactMap { $0["name"]?.string },
          body["rows"]?.array?.first?["cells"]?.array ?? []
        )
      }
      let settings = try await columns(Self.felix)
      #expect(settings.0 == ["Name", "Age"])
      #expect(settings.1.first == "default")
      let pools = try await columns(Self.pools)
      #expect(pools.0 == ["Name", "CIDR", "NAT", "Disabled", "Age"])
      #expect(pools.1.prefix(4) == ["pods", "10.65.0.0/16", "true", "Never"])
    }
  }

  @Test("the range of a pool stays, other fields may change")
  func immutable() async throws {
    try await TestAPI.run { api in
      #expect(try await api.post(Self.pools, Self.pool(["cidr": "10.65.0.0/16"])).status == 201)
      let moved = try await api.patch("\(Self.pools)/pods", ["spec": ["cidr": "10.66.0.0/16"]])
      #expect(moved.status == 422)
      #expect(moved.body["message"]?.string?.contains("spec.cidr: Invalid value") == true)
      #expect(try await api.patch("\(Self.pools)/pods", ["spec": ["disabled": true]]).status == 200)
    }
  }
}
