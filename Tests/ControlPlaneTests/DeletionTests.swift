import Testing

@testable import ControlPlane

@Suite("Deletion")
struct DeletionTests {
  @Test("a service goes at once, and the answer says what went")
  func immediate() async throws {
    try await TestAPI.run { api in
      let created = try await api.post(Sample.services, Sample.service("web"))
      let deleted = try await api.delete("\(Sample.services)/web", ["propagationPolicy": "Background"])
      #expect(deleted.status == 200)
      #expect(deleted.body["status"] == "Success")
      #expect(deleted.body["details"]?["uid"] == created.body["metadata"]?["uid"])
      #expect(try await api.get("\(Sample.services)/web").status == 404)
    }
  }

  @Test("preconditions protect an object that is not the one meant")
  func preconditions() async throws {
    try await TestAPI.run { api in
      _ = try await api.post(Sample.services, Sample.service("web"))
      let other = try await api.delete("\(Sample.services)/web", ["preconditions": ["uid": "another"]])
      #expect(other.status == 409)
      let stale = try await api.delete("\(Sample.services)/web", ["preconditions": ["resourceVersion": "1"]])
      #expect(stale.status == 409)
      #expect(try await api.get("\(Sample.services)/web").status == 200)
    }
  }

  @Test("a pod on a node stays, terminating, until its node ends it; one without a node goes at once")
  func gracefulPod() async throws {
    try await TestAPI.run { api in
      _ = try await api.post(Sample.pods, Sample.pod("waiting"))
      _ = try await api.delete("\(Sample.pods)/waiting")
      #expect(try await api.get("\(Sample.pods)/waiting").status == 404)

      _ = try await api.post(Sample.pods, Sample.pod("running"))
      _ = try await api.patch("\(Sample.pods)/running", ["spec": ["nodeName": "node1"]])
      let deleted = try await api.delete("\(Sample.pods)/running")
      #expect(deleted.body["metadata"]?["deletionGracePeriodSeconds"] == 30)
      let terminating = try await api.get("\(Sample.pods)/running")
      #expect(terminating.body["metadata"]?["deletionTimestamp"]?.string != nil)
      _ = try await api.delete("\(Sample.pods)/running", ["gracePeriodSeconds": 0])
      #expect(try await api.get("\(Sample.pods)/running").status == 404)
    }
  }

  @Test("an object with finalizers goes when the last of them is removed")
  func finalizers() async throws {
    try await TestAPI.run { api in
      var service = Sample.service("web")
      service[["metadata", "finalizers"]] = ["example.com/hold"]
      _ = try await api.post(Sample.services, service)
      _ = try await api.delete("\(Sample.services)/web")
      #expect(try await api.get("\(Sample.services)/web").body["metadata"]?["deletionTimestamp"] != nil)
      _ = try await api.patch("\(Sample.services)/web", ["metadata": ["finalizers": []]])
      #expect(try await api.get("\(Sample.services)/web").status == 404)
    }
  }

  @Test("a collection is deleted as far as the selector reaches")
  func collection() async throws {
    try await TestAPI.run { api in
      for name in ["a", "b"] { _ = try await api.post(Sample.pods, Sample.pod(name)) }
      _ = try await api.post(Sample.pods, Sample.pod("c", labels: ["app": "other"]))
      let deleted = try await api.delete(Sample.pods + "?labelSelector=app%3Dweb")
      #expect(deleted.body["items"]?.array?.count == 2)
      #expect(try await api.get(Sample.pods).body["items"]?.array?.count == 1)
    }
  }

  @Test("a namespace takes its objects with it, and nothing new comes into it meanwhile")
  func namespace() async throws {
    try await TestAPI.run { api in
      _ = try await api.post("/api/v1/namespaces", ["metadata": ["name": "blue"]])
      _ = try await api.post("/api/v1/namespaces/blue/services", Sample.service("web"))
      let deleted = try await api.delete("/api/v1/namespaces/blue")
      #expect(deleted.body["status"]?["phase"] == "Terminating")
      let late = try await api.post("/api/v1/namespaces/blue/services", Sample.service("late"))
      #expect(late.status == 403)
      #expect(late.body["message"]?.string?.contains("because it is being terminated") == true)

      let controller = NamespaceController(operations: api.cluster.operations, logger: TestAPI.quietLogger)
      api.store.closeWatches()  // the controller does what is there to do, and returns
      await controller.run()
      #expect(try await api.get("/api/v1/namespaces/blue").status == 404)
      #expect(try await api.get("/api/v1/namespaces/blue/services/web").status == 404)
    }
  }

  @Test("pods that no node can end go by themselves: their node was deleted, or is not there when they are")
  func orphans() async throws {
    try await TestAPI.run(controllers: true) { api in
      func gone(_ name: String) async throws -> Bool {
        for _ in 0..<400 {
          if try await api.get("\(Sample.pods)/\(name)").status == 404 { return true }
          try await Task.sleep(for: .milliseconds(5))
        }
        return false
      }
      for name in ["node1", "node2"] { _ = try await api.post("/api/v1/nodes", ["metadata": ["name": .string(name)]]) }
      for (pod, node) in [("a", "node1"), ("b", "node2"), ("c", "nowhere")] {
        _ = try await api.post(Sample.pods, Sample.pod(pod))
        _ = try await api.post("\(Sample.pods)/\(pod)/binding", ["target": ["name": .string(node)]])
      }
      _ = try await api.delete("/api/v1/nodes/node1")
      #expect(try await gone("a"))
      _ = try await api.delete("\(Sample.pods)/c")
      #expect(try await gone("c"))
      _ = try await api.delete("\(Sample.pods)/b")
      #expect(try await api.get("\(Sample.pods)/b").body["metadata"]?["deletionTimestamp"] != nil)
    }
  }
}
