import Testing

@testable import ControlPlane

@Suite("Addresses and node ports of services")
struct ServiceAllocationTests {
  private func create(_ api: TestAPI, _ name: String, _ spec: JSON) async throws -> TestAPI.Answer {
    try await api.post(Sample.services, Sample.service(name, spec))
  }

  @Test("a plain service gets one IPv4 address out of the range, and no two get the same")
  func single() async throws {
    try await TestAPI.run { api in
      var seen: Set<String> = []
      for index in 0..<20 {
        let spec = try await create(api, "s\(index)", [:]).body["spec"]
        let address = try #require(spec?["clusterIP"]?.string)
        #expect(IPPrefix("10.96.0.0/12")?.contains(try #require(IPAddress(address))) == true)
        #expect(spec?["clusterIPs"] == [.string(address)])
        #expect(spec?["ipFamilies"] == ["IPv4"])
        #expect(spec?["ipFamilyPolicy"] == "SingleStack")
        #expect(seen.insert(address).inserted)
      }
    }
  }

  @Test(
    "policy and families decide what it gets",
    arguments: [
      (["ipFamilyPolicy": "PreferDualStack"], ["IPv4", "IPv6"]),
      (["ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6", "IPv4"]], ["IPv6", "IPv4"]),
      (["ipFamilies": ["IPv6"]], ["IPv6"]), (["ipFamilies": ["IPv4", "IPv6"]], ["IPv4", "IPv6"]),
      (["ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv6"]], ["IPv6", "IPv4"]),
      (["clusterIP": "fd96::77"], ["IPv6"]),
    ] as [(JSON, [String])])
  func families(spec: JSON, families: [String]) async throws {
    try await TestAPI.run { api in
      let created = try await create(api, "web", spec).body["spec"]
      #expect(created?["ipFamilies"] == JSON(families))
      let actual = (created?["clusterIPs"]?.array ?? []).compactMap { IPAddress($0.string ?? "")?.family.rawValue }
      #expect(actual == families)
    }
  }

  @Test("a chosen address is honoured, refused when taken or out of the range, and free again after deletion")
  func chosen() async throws {
    try await TestAPI.run { api in
      #expect(try await create(api, "a", ["clusterIP": "10.96.0.10"]).body["spec"]?["clusterIP"] == "10.96.0.10")
      let taken = try await create(api, "b", ["clusterIP": "10.96.0.10"])
      #expect(taken.status == 422)
      #expect(
        taken.body["message"]
          == """
          Service "b" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: \
          provided IP is already allocated
          """)
      let outside = try await create(api, "b", ["clusterIP": "192.168.0.1"])
      #expect(outside.body["message"]?.string?.contains("The range of valid IPs is 10.96.0.0/12") == true)
      #expect(try await create(api, "b", ["clusterIP": "10.96.0.300"]).status == 422)
      _ = try await api.delete("\(Sample.services)/a")
      #expect(try await create(api, "b", ["clusterIP": "10.96.0.10"]).status == 201)
    }
  }

  @Test("headless and external services need no address")
  func without() async throws {
    try await TestAPI.run { api in
      let headless = try await create(api, "a", ["clusterIP": "None"]).body["spec"]
      #expect(headless?["clusterIPs"] == ["None"])
      let external = try await create(api, "b", ["type": "ExternalName", "externalName": "example.com"]).body["spec"]
      #expect(external?["clusterIP"] == nil)
    }
  }

  @Test("the address stays through updates that leave it out, and cannot be changed")
  func updates() async throws {
    try await TestAPI.run { api in
      let path = "\(Sample.services)/web"
      let address = try await create(api, "web", [:]).body["spec"]?["clusterIP"]
      let updated = try await api.put(path, Sample.service("web", ["sessionAffinity": "ClientIP"]))
      #expect(updated.body["spec"]?["clusterIP"] == address)
      #expect(updated.body["spec"]?["sessionAffinityConfig"] == ["clientIP": ["timeoutSeconds": 10800]])
      let moved = try await api.patch(path, ["spec": ["clusterIP": "10.96.0.99", "clusterIPs": ["10.96.0.99"]]])
      #expect(moved.status == 422)
      #expect(moved.body["message"]?.string?.contains("spec.clusterIPs[0]: Invalid value") == true)
    }
  }

  @Test("a service can take a second family and give it back")
  func upgrade() async throws {
    try await TestAPI.run { api in
      let path = "\(Sample.services)/web"
      let first = try await create(api, "web", [:]).body["spec"]?["clusterIP"]
      let dual = try await api.patch(path, ["spec": ["ipFamilyPolicy": "PreferDualStack"]]).body["spec"]
      #expect(dual?["clusterIPs"]?.array?.count == 2)
      #expect(dual?["clusterIP"] == first)
      let single = try await api.patch(path, ["spec": ["ipFamilyPolicy": "SingleStack"]]).body["spec"]
      #expect(single?["clusterIPs"] == [first ?? ""])
      #expect(single?["ipFamilies"] == ["IPv4"])
    }
  }

  @Test("node ports are given, honoured, refused when taken or out of the range, and given back")
  func nodePorts() async throws {
    try await TestAPI.run { api in
      func port(_ answer: TestAPI.Answer) -> Int64? { answer.body["spec"]?["ports"]?.array?.first?["nodePort"]?.int }
      let given = try await create(api, "a", ["type": "NodePort"])
      #expect(ServiceRanges.standard.nodePorts.contains(port(given) ?? 0))
      let chosen: JSON = ["type": "NodePort", "ports": [["port": 80, "nodePort": 30080]]]
      #expect(port(try await create(api, "b", chosen)) == 30080)
      #expect(
        try await create(api, "c", chosen).body["message"]
          == """
          Service "c" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated
          """)
      let low = try await create(api, "c", ["type": "NodePort", "ports": [["port": 80, "nodePort": 80]]])
      #expect(low.body["message"]?.string?.contains("The range of valid ports is 30000-32767") == true)
      let back = try await api.patch("\(Sample.services)/b", ["spec": ["type": "ClusterIP"]])
      #expect(back.status == 200)
      #expect(port(back) == nil)
    }
  }
}
