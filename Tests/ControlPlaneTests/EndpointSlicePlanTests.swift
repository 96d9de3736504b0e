import Testing

@testable import ControlPlane

@Suite("EndpointSlices of a service: a function of service, pods and slices")
struct EndpointSlicePlanTests {
  private func service(_ spec: JSON = [:]) -> JSON {
    var service = Sample.service("web", spec)
    service[["metadata", "namespace"]] = "default"
    service[["metadata", "uid"]] = "service-uid"
    if service["spec"]?["ipFamilies"] == nil { service[["spec", "ipFamilies"]] = ["IPv4"] }
    return service
  }

  private func pod(
    _ name: String, _ addresses: [String], ready: Bool = true, terminating: Bool = false, phase: String = "Running",
    port: Int64 = 8080
  ) -> JSON {
    var pod = Sample.pod(name)
    pod[["metadata", "namespace"]] = "default"
    pod[["metadata", "uid"]] = .string("uid-\(name)")
    if terminating { pod[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z" }
    pod[["spec", "nodeName"]] = "node1"
    pod[["spec", "containers"]] = [
      ["name": "c", "ports": [["name": "http", "containerPort": .int(port), "protocol": "TCP"]]]
    ]
    pod["status"] = Sample.running(addresses, ready: ready)["status"]
    pod[["status", "phase"]] = .string(phase)
    return pod
  }

  private func plan(
    _ service: JSON?, _ pods: [JSON], _ slices: [JSON] = [], zones: [String: String] = [:]
  ) -> EndpointSlicePlan {
    EndpointSlicePlan(service: service, pods: pods, slices: slices, zones: zones, triggerTime: "now")
  }

  /// What is stored after a plan was carried out.
  private func apply(_ plan: EndpointSlicePlan, to slices: [JSON], _ prefix: String = "web") -> [JSON] {
    var result = slices.filter { !plan.delete.contains($0["metadata"]?["name"]?.string ?? "") }
    result = result.map { plan.update[$0["metadata"]?["name"]?.string ?? ""] ?? $0 }
    for (index, slice) in plan.create.enumerated() {
      var slice = slice
      slice[["metadata", "name"]] = .string("\(prefix)-\(slices.count)-\(index)")
      result.append(slice)
    }
    return result
  }

  private func addresses(_ slices: [JSON]) -> [String] {
    slices.flatMap { $0["endpoints"]?.array ?? [] }.compactMap { $0["addresses"]?.array?.first?.string }.sorted()
  }

  @Test("a ready pod becomes a ready endpoint, its named target port resolved")
  func one() {
    let plan = plan(service(), [pod("a", ["10.65.1.5"])])
    #expect(plan.update.isEmpty && plan.delete.isEmpty)
    #expect(
      plan.create == [
        [
          "metadata": [
            "generateName": "web-",
            "labels": [
              "kubernetes.io/service-name": "web",
              "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            ], "annotations": ["endpoints.kubernetes.io/last-change-trigger-time": "now"],
            "ownerReferences": [
              [
                "apiVersion": "v1", "kind": "Service", "name": "web", "uid": "service-uid", "controller": true,
                "blockOwnerDeletion": true,
              ]
            ],
          ],
          "addressType": "IPv4", "ports": [["name": "", "protocol": "TCP", "port": 8080]],
          "endpoints": [
            [
              "addresses": ["10.65.1.5"], "conditions": ["ready": true, "serving": true, "terminating": false],
              "nodeName": "node1", "targetRef": ["kind": "Pod", "namespace": "default", "name": "a", "uid": "uid-a"],
            ]
          ],
        ]
      ])
  }

  @Test(
    "readiness and deletion show in the conditions",
    arguments: [
      (true, false, [:], [true, true, false]), (false, false, [:], [false, false, false]),
      (true, true, [:], [false, true, true]), (false, true, [:], [false, false, true]),
      (false, false, ["publishNotReadyAddresses": true], [true, false, false]),
    ] as [(Bool, Bool, JSON, [Bool])])
  func conditions(ready: Bool, terminating: Bool, spec: JSON, expected: [Bool]) {
    let plan = plan(service(spec), [pod("a", ["10.65.1.5"], ready: ready, terminating: terminating)])
    let conditions = plan.create.first?["endpoints"]?.array?.first?["conditions"]
    #expect(["ready", "serving", "terminating"].map { conditions?[$0]?.bool } == expected)
  }

  @Test(
    "trafficDistribution becomes hints, where the zone is known",
    arguments: [
      ([:], ["node1": "a"], nil),
      (["trafficDistribution": "PreferClose"], ["node1": "a"], ["forZones": [["name": "a"]]]),
      (["trafficDistribution": "PreferSameZone"], ["node2": "a"], nil),
      (
        ["trafficDistribution": "PreferSameNode"], ["node1": "a"],
        ["forNodes": [["name": "node1"]], "forZones": [["name": "a"]]]
      ), (["trafficDistribution": "PreferSameNode"], [:], ["forNodes": [["name": "node1"]]]),
    ] as [(JSON, [String: String], JSON?)])
  func hints(spec: JSON, zones: [String: String], expected: JSON?) {
    let endpoint = plan(service(spec), [pod("a", ["10.65.1.5"])], zones: zones).create.first?["endpoints"]?.array?.first
    #expect(endpoint?["hints"] == expected)
    #expect(endpoint?["zone"]?.string == zones["node1"])
    let unready = plan(service(spec), [pod("a", ["10.65.1.5"], ready: false)], zones: zones).create
    #expect(unready.first?["endpoints"]?.array?.first?["hints"] == nil)
  }

  @Test("pods that ended, have no address or are not selected are no endpoints; one empty slice says so")
  func excluded() {
    var other = pod("c", ["10.65.1.7"])
    other[["metadata", "labels"]] = ["app": "other"]
    let pods = [pod("a", ["10.65.1.5"], phase: "Succeeded"), pod("b", []), other]
    let plan = plan(service(), pods)
    #expect(plan.create.count == 1)
    #expect(plan.create.first?["endpoints"] == [])
    #expect(plan.create.first?["ports"] == [])
  }

  @Test("a service of two families has slices of both, each with the addresses of its family")
  func dualStack() {
    let pods = [pod("a", ["10.65.1.5", "fd65::5"]), pod("b", ["10.65.1.6"])]
    let plan = plan(service(["ipFamilies": ["IPv4", "IPv6"]]), pods)
    #expect(plan.create.map { $0["addressType"] } == ["IPv4", "IPv6"])
    #expect(addresses([plan.create[0]]) == ["10.65.1.5", "10.65.1.6"])
    #expect(addresses([plan.create[1]]) == ["fd65::5"])
  }

  @Test("pods whose named port has another number are in slices of their own")
  func portGroups() {
    let pods = [pod("a", ["10.65.1.5"]), pod("b", ["10.65.1.6"], port: 9090)]
    let created = plan(service(), pods).create
    #expect(created.map { $0["ports"]?.array?.first?["port"] } == [8080, 9090])
    #expect(created.map { addresses([$0]) } == [["10.65.1.5"], ["10.65.1.6"]])
  }

  @Test("a plan that was carried out leaves nothing to do, in whatever order the pods come")
  func stable() {
    let pods = (0..<250).map { pod("p\($0)", ["10.65.\($0 / 200).\($0 % 200 + 1)"]) }
    let slices = apply(plan(service(), pods), to: [])
    #expect(slices.count == 3)
    #expect(slices.allSatisfy { ($0["endpoints"]?.array?.count ?? 0) <= EndpointSlicePlan.maximumEndpoints })
    for pods in [pods, pods.reversed(), pods.shuffled()] {
      let again = plan(service(), pods, slices)
      #expect(again.create.isEmpty && again.update.isEmpty && again.delete.isEmpty)
    }
  }

  @Test("one pod's change is one slice's change, and endpoints that remain stay in their slice")
  func leastChange() {
    var pods = (0..<250).map { pod("p\($0)", ["10.65.\($0 / 200).\($0 % 200 + 1)"]) }
    let slices = apply(plan(service(), pods), to: [])
    pods[17] = pod("p17", ["10.65.0.18"], ready: false)
    let readiness = plan(service(), pods, slices)
    #expect(readiness.update.count == 1 && readiness.create.isEmpty && readiness.delete.isEmpty)
    pods.remove(at: 40)
    pods.append(pod("new", ["10.65.9.9"]))
    let swapped = plan(service(), pods, apply(readiness, to: slices))
    #expect(swapped.create.isEmpty && swapped.delete.isEmpty)
    #expect(addresses(apply(swapped, to: apply(readiness, to: slices))).contains("10.65.9.9"))
  }

  @Test("whatever the slices were before, the endpoints in them end up the same")
  func independentOfHistory() {
    let histories: [[[JSON]]] = [
      [], [[]], [[pod("a", ["10.65.1.5"]), pod("b", ["10.65.1.6"], port: 9090)]], [[pod("z", ["10.65.1.99"])], []],
    ]
    let pods = [pod("a", ["10.65.1.5"]), pod("c", ["10.65.1.7"], ready: false)]
    for history in histories {
      var slices: [JSON] = []
      for (index, past) in history.enumerated() {
        slices = apply(plan(service(), past, slices), to: slices, "past\(index)")
      }
      slices = apply(plan(service(), pods, slices), to: slices)
      #expect(slices.count == 1)
      #expect(addresses(slices) == ["10.65.1.5", "10.65.1.7"])
      #expect(slices.first?["ports"] == [["name": "", "protocol": "TCP", "port": 8080]])
    }
  }

  @Test("without the service its slices go; without a selector they are left to others")
  func gone() {
    let slices = apply(plan(service(), [pod("a", ["10.65.1.5"])]), to: [])
    #expect(plan(nil, [], slices).delete == slices.compactMap { $0["metadata"]?["name"]?.string })
    let manual = plan(service(["selector": [:]]), [pod("a", ["10.65.1.5"])], slices)
    #expect(manual.create.isEmpty && manual.update.isEmpty && manual.delete.isEmpty)
  }
}

@Suite("The EndpointSlice controller")
struct EndpointSliceControllerTests {
  /// Waits for slices that fulfil a condition, at most two seconds.
  private func slices(_ api: TestAPI, until isDone: (JSON) -> Bool) async throws -> JSON {
    for _ in 0..<400 {
      let list = try await api.get(Sample.slices).body
      if isDone(list) { return list }
      try await Task.sleep(for: .milliseconds(5))
    }
    return try await api.get(Sample.slices).body
  }

  private func addresses(_ list: JSON) -> [String] {
    (list["items"]?.array ?? []).flatMap { $0["endpoints"]?.array ?? [] }
      .compactMap { $0["addresses"]?.array?.first?.string }.sorted()
  }

  @Test("slices follow services and pods, are repaired when somebody changes them, and go with the service")
  func follows() async throws {
    try await TestAPI.run(controllers: true) { api in
      _ = try await api.post(Sample.services, Sample.service("web"))
      _ = try await api.post(Sample.pods, Sample.pod("a"))
      _ = try await api.patch("\(Sample.pods)/a/status", Sample.running(["10.65.1.5"]))
      let list = try await slices(api) { addresses($0) == ["10.65.1.5"] }
      #expect(addresses(list) == ["10.65.1.5"])
      let name = try #require(list["items"]?.array?.first?["metadata"]?["name"]?.string)
      _ = try await api.patch("\(Sample.slices)/\(name)", ["endpoints": []])
      #expect(addresses(try await slices(api) { addresses($0) == ["10.65.1.5"] }) == ["10.65.1.5"])
      _ = try await api.delete("\(Sample.slices)/\(name)")
      #expect(addresses(try await slices(api) { addresses($0) == ["10.65.1.5"] }) == ["10.65.1.5"])
      _ = try await api.patch("\(Sample.pods)/a", ["metadata": ["labels": ["app": "other"]]])
      #expect(addresses(try await slices(api) { addresses($0).isEmpty }).isEmpty)
      _ = try await api.delete("\(Sample.services)/web")
      #expect(try await slices(api) { $0["items"] == [] }["items"] == [])
    }
  }

  @Test("hints follow the zone of the pod's node")
  func nodeChangesZone() async throws {
    try await TestAPI.run(controllers: true) { api in
      let path = "/api/v1/nodes/node1"
      _ = try await api.post("/api/v1/nodes", ["metadata": ["name": "node1"]])
      _ = try await api.post(Sample.services, Sample.service("web", ["trafficDistribution": "PreferClose"]))
      _ = try await api.post(Sample.pods, Sample.pod("a"))
      _ = try await api.post("\(Sample.pods)/a/binding", ["target": ["name": "node1"]])
      _ = try await api.patch("\(Sample.pods)/a/status", Sample.running(["10.65.1.5"]))
      func hints(_ list: JSON) -> JSON? {
        list["items"]?.array?.first?["endpoints"]?.array?.first?["hints"]
      }
      _ = try await slices(api) { addresses($0) == ["10.65.1.5"] }
      for zone in ["a", "b"] {
        _ = try await api.patch(path, ["metadata": ["labels": ["topology.kubernetes.io/zone": .string(zone)]]])
        let expected: JSON = ["forZones": [["name": .string(zone)]]]
        #expect(hints(try await slices(api) { hints($0) == expected }) == expected)
      }
      _ = try await api.delete(path)
      #expect(hints(try await slices(api) { hints($0) == nil }) == nil)
    }
  }

  @Test("a pod that becomes ready is in a slice within milliseconds")
  func prompt() async throws {
    try await TestAPI.run(controllers: true) { api in
      _ = try await api.post(Sample.services, Sample.service("web"))
      _ = try await api.post(Sample.pods, Sample.pod("a"))
      _ = try await api.patch("\(Sample.pods)/a/status", Sample.running(["10.65.1.5"]))
      _ = try await slices(api) { addresses($0) == ["10.65.1.5"] }
      let subscription = try #require(
        api.store.watch([ResourceDescriptor.endpointSlice.name.qualified], after: api.store.revision))
      let clock = ContinuousClock()
      var delays: [Duration] = []
      var iterator = subscription.items.makeAsyncIterator()
      for round in 0..<11 {
        _ = try await api.patch("\(Sample.pods)/a/status", Sample.running(["10.65.1.5"], ready: round % 2 == 1))
        let accepted = clock.now
        _ = await iterator.next()
        delays.append(clock.now - accepted)
      }
      print("EndpointSlice written after the pod's change was accepted: median \(delays.sorted()[5])")
      // The quickest quarter: the other tests load the machine, but none of these is quick where somebody polls.
      #expect(delays.sorted()[2] < .milliseconds(50))
    }
  }
}
