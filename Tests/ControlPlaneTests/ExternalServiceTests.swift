import Testing

@testable import ControlPlane

@Suite("Services that are reached from outside")
struct ExternalServiceTests {
  private static let path = "\(Sample.services)/web"
  private static let balancer: JSON = ["type": "LoadBalancer", "externalTrafficPolicy": "Local"]

  private func create(_ api: TestAPI, _ name: String, _ spec: JSON) async throws -> TestAPI.Answer {
    try await api.post(Sample.services, Sample.service(name, spec))
  }

  private func healthPort(_ answer: TestAPI.Answer) -> Int64? { answer.body["spec"]?["healthCheckNodePort"]?.int }

  @Test("a load balancer whose traffic stays on the node has a port to ask for endpoints, and keeps it")
  func healthCheckPort() async throws {
    try await TestAPI.run { api in
      let created = try await create(api, "web", Self.balancer)
      let port = try #require(healthPort(created))
      #expect(ServiceRanges.standard.nodePorts.contains(port))
      let nodePort = created.body["spec"]?["ports"]?.array?.first?["nodePort"]?.int
      #expect(nodePort != nil && nodePort != port)
      // A replacement that leaves it out keeps it; another number is refused.
      let replaced = try await api.put(Self.path, Sample.service("web", Self.balancer))
      #expect(healthPort(replaced) == port)
      let moved = try await api.patch(Self.path, ["spec": ["healthCheckNodePort": .int(port == 30000 ? 30001 : 30000)]])
      #expect(
        moved.body["message"]
          == "Service \"web\" is invalid: spec.healthCheckNodePort: Forbidden: field is immutable")
      let open = try await api.patch(Self.path, ["spec": ["externalTrafficPolicy": "Cluster"]])
      #expect(open.status == 200)
      #expect(healthPort(open) == nil)
      #expect(healthPort(try await create(api, "plain", ["type": "LoadBalancer"])) == nil)
    }
  }

  @Test("a port that somebody has, for either purpose, is not given again")
  func takenPorts() async throws {
    try await TestAPI.run { api in
      var chosen = Self.balancer
      chosen["healthCheckNodePort"] = 30099
      #expect(healthPort(try await create(api, "web", chosen)) == 30099)
      let second = try await create(api, "api", chosen)
      #expect(
        second.body["message"]
          == """
          Service "api" is invalid: spec.healthCheckNodePort: Invalid value: 30099: provided port is already allocated
          """)
      let node = try await create(api, "api", ["type": "NodePort", "ports": [["port": 80, "nodePort": 30099]]])
      #expect(node.status == 422)
      let own: JSON = [
        "type": "LoadBalancer", "externalTrafficPolicy": "Local", "healthCheckNodePort": 30098,
        "ports": [["port": 80, "nodePort": 30098]],
      ]
      #expect(try await create(api, "api", own).status == 422)
      let udp: JSON = ["type": "NodePort", "ports": [["port": 53, "protocol": "UDP", "nodePort": 30099]]]
      #expect(try await create(api, "dns", udp).status == 201)
    }
  }

  @Test("node ports that are named are honoured without being given out")
  func namedNodePorts() async throws {
    try await TestAPI.run { api in
      let spec: JSON = [
        "type": "LoadBalancer", "allocateLoadBalancerNodePorts": false,
        "ports": [["name": "a", "port": 80], ["name": "b", "port": 81, "nodePort": 30081]],
      ]
      let ports = try await create(api, "web", spec).body["spec"]?["ports"]?.array
      #expect(ports?.map { $0["nodePort"]?.int } == [nil, 30081])
      #expect(try await create(api, "api", spec).status == 422)
    }
  }

  @Test("what belongs to a type goes with it, the load balancer's addresses too")
  func changesType() async throws {
    try await TestAPI.run { api in
      _ = try await create(api, "web", Self.balancer)
      let status: JSON = ["status": ["loadBalancer": ["ingress": [["ip": "203.0.113.1"]]]]]
      let stated = try await api.patch("\(Self.path)/status", status)
      #expect(
        stated.body["status"] == ["loadBalancer": ["ingress": [["ip": "203.0.113.1", "ipMode": "VIP"]]]])
      let node = try await api.patch(Self.path, ["spec": ["type": "NodePort"]])
      #expect(node.body["status"] == ["loadBalancer": [:]])
      #expect(node.body["spec"]?["externalTrafficPolicy"] == "Local")
      #expect(healthPort(node) == nil)
      #expect(node.body["spec"]?["allocateLoadBalancerNodePorts"] == nil)
      let plain = try await api.patch(Self.path, ["spec": ["type": "ClusterIP"]])
      #expect(plain.status == 200)
      #expect(plain.body["spec"]?["externalTrafficPolicy"] == nil)
      let external = try await api.patch(Self.path, ["spec": ["externalIPs": ["198.51.100.1"]]])
      #expect(external.body["spec"]?["externalTrafficPolicy"] == "Cluster")
      let gone = try await api.patch(Self.path, ["spec": ["externalIPs": .null]])
      #expect(gone.status == 200)
      #expect(gone.body["spec"]?["externalTrafficPolicy"] == nil)
    }
  }

  @Test(
    "what is wrong is said field by field",
    arguments: [
      (
        ["externalTrafficPolicy": "Local"],
        "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services"
      ),
      (
        ["type": "NodePort", "externalTrafficPolicy": "Here"],
        "spec.externalTrafficPolicy: Unsupported value: \"Here\": supported values: \"Cluster\", \"Local\""
      ),
      (
        ["internalTrafficPolicy": "Here"],
        "spec.internalTrafficPolicy: Unsupported value: \"Here\": supported values: \"Cluster\", \"Local\""
      ),
      (
        ["trafficDistribution": "PreferFar"],
        "spec.trafficDistribution: Unsupported value: \"PreferFar\": supported values: \"PreferClose\", "
          + "\"PreferSameNode\", \"PreferSameZone\""
      ),
      (
        ["type": "LoadBalancer", "healthCheckNodePort": 30001],
        "spec.healthCheckNodePort: Invalid value: 30001: may only be set when `type` is 'LoadBalancer' and "
          + "`externalTrafficPolicy` is 'Local'"
      ),
      (
        ["loadBalancerSourceRanges": ["10.0.0.0/8"]],
        "spec.loadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"
      ),
      (
        ["type": "LoadBalancer", "loadBalancerSourceRanges": [" 10.0.0.0/8 ", "10.0.0.0"]],
        "spec.loadBalancerSourceRanges[1]: Invalid value: \"10.0.0.0\": must be a valid CIDR value"
      ),
      (["externalIPs": ["web"]], "spec.externalIPs[0]: Invalid value: \"web\": must be a valid IP address"),
      (
        ["externalIPs": ["198.51.100.1", "127.0.0.1"]],
        "spec.externalIPs[1]: Invalid value: \"127.0.0.1\": may not be in the loopback range"
      ),
      (
        ["externalIPs": ["fe80::1"]],
        "spec.externalIPs[0]: Invalid value: \"fe80::1\": may not be in the link-local range"
      ),
      (["externalIPs": ["::"]], "spec.externalIPs[0]: Invalid value: \"::\": may not be unspecified"),
    ] as [(JSON, String)])
  func refusals(spec: JSON, message: String) async throws {
    try await TestAPI.run { api in
      let answer = try await create(api, "web", spec)
      #expect(answer.status == 422)
      let text = answer.body["message"]?.string ?? ""
      #expect(text.hasPrefix("Service \"web\" is invalid: \(message)"), "\(text)")
    }
  }

  @Test(
    "a status that makes no sense is refused, and the one that was there stays",
    arguments: [
      (["ip": "web"], "ip: Invalid value: \"web\": must be a valid IP address"),
      (["hostname": "lb", "ipMode": "VIP"], "ipMode: Forbidden: may not be specified when `ip` is not set"),
      (
        ["ip": "203.0.113.1", "ipMode": "Bridge"],
        "ipMode: Unsupported value: \"Bridge\": supported values: \"Proxy\", \"VIP\""
      ),
      (["hostname": "203.0.113.1"], "hostname: Invalid value: \"203.0.113.1\": must be a DNS name, not an IP address"),
      (["hostname": "A B"], "hostname: Invalid value: \"A B\""),
    ] as [(JSON, String)])
  func badStatus(entry: JSON, message: String) async throws {
    try await TestAPI.run { api in
      _ = try await create(api, "web", ["type": "LoadBalancer"])
      let answer = try await api.patch("\(Self.path)/status", ["status": ["loadBalancer": ["ingress": [entry]]]])
      #expect(answer.status == 422)
      let text = answer.body["message"]?.string ?? ""
      #expect(text.hasPrefix("Service \"web\" is invalid: status.loadBalancer.ingress[0].\(message)"), "\(text)")
      #expect(try await api.get(Self.path).body["status"] == ["loadBalancer": [:]])
    }
  }
}
