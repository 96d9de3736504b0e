import Testing

@testable import ControlPlane

@Suite("The life of an object")
struct ObjectLifeTests {
  @Test("a created pod gets identity, defaults and its first status, and reads back the same")
  func create() async throws {
    try await TestAPI.run { api in
      let created = try await api.post(Sample.pods, Sample.pod("web"))
      #expect(created.status == 201)
      let metadata = created.body["metadata"]
      #expect(metadata?["namespace"] == "default")
      #expect(metadata?["uid"]?.string?.count == 36)
      #expect(metadata?["creationTimestamp"]?.string?.hasSuffix("Z") == true)
      #expect(created.body["spec"]?["restartPolicy"] == "Always")
      #expect(created.body["spec"]?["containers"]?.array?[0]["ports"]?.array?[0]["protocol"] == "TCP")
      #expect(created.body["status"] == ["phase": "Pending", "qosClass": "BestEffort"])
      let read = try await api.get("\(Sample.pods)/web")
      #expect(read.status == 200)
      #expect(read.body == created.body)
    }
  }

  @Test("objects that the server makes itself have kind and apiVersion like all others")
  func ownObjects() async throws {
    try await TestAPI.run { api in
      let namespace = try await api.get("/api/v1/namespaces/default")
      #expect(namespace.body["kind"] == "Namespace")
      #expect(namespace.body["apiVersion"] == "v1")
    }
  }

  @Test("generateName gives each object a name of its own")
  func generateName() async throws {
    try await TestAPI.run { api in
      var pod = Sample.pod("")
      pod["metadata"] = ["generateName": "web-"]
      let names = [try await api.post(Sample.pods, pod), try await api.post(Sample.pods, pod)]
        .compactMap { $0.body["metadata"]?["name"]?.string }
      #expect(Set(names).count == 2)
      #expect(names.allSatisfy { $0.hasPrefix("web-") && $0.count == 9 })
    }
  }

  @Test("an update with an old resourceVersion is refused, one without is taken")
  func conflict() async throws {
    try await TestAPI.run { api in
      let first = try await api.post(Sample.services, Sample.service("web"))
      var changed = first.body
      changed[["metadata", "labels"]] = ["a": "1"]
      let second = try await api.put("\(Sample.services)/web", changed)
      #expect(second.status == 200)
      #expect(second.body["metadata"]?["resourceVersion"] != first.body["metadata"]?["resourceVersion"])
      let stale = try await api.put("\(Sample.services)/web", first.body)
      #expect(stale.status == 409)
      #expect(stale.body["reason"] == "Conflict")
      #expect(
        stale.body["message"]
          == """
          Operation cannot be fulfilled on services "web": the object has been modified; please apply your changes to \
          the latest version and try again
          """)
      #expect(try await api.put("\(Sample.services)/web", Sample.service("web")).status == 200)
    }
  }

  @Test("an update that changes nothing keeps the resourceVersion")
  func noChange() async throws {
    try await TestAPI.run { api in
      let created = try await api.post(Sample.services, Sample.service("web"))
      let again = try await api.put("\(Sample.services)/web", Sample.service("web"))
      #expect(again.body == created.body)
    }
  }

  @Test("status and the rest change apart: each path leaves the other's part alone")
  func status() async throws {
    try await TestAPI.run { api in
      _ = try await api.post(Sample.pods, Sample.pod("web"))
      _ = try await api.patch(
        "\(Sample.pods)/web", ["status": ["phase": "Running"], "metadata": ["labels": ["b": "2"]]])
      var pod = try await api.get("\(Sample.pods)/web").body
      #expect(pod["status"]?["phase"] == "Pending")
      #expect(pod["metadata"]?["labels"]?["b"] == "2")
      _ = try await api.patch(
        "\(Sample.pods)/web/status", ["status": ["phase": "Running"], "spec": ["nodeName": "elsewhere"]])
      pod = try await api.get("\(Sample.pods)/web").body
      #expect(pod["status"]?["phase"] == "Running")
      #expect(pod["spec"]?["nodeName"] == nil)
    }
  }

  @Test("a pod's node is set once, by an update or a binding, and the rest of its specification stays")
  func podSpecification() async throws {
    try await TestAPI.run { api in
      _ = try await api.post(Sample.pods, Sample.pod("web"))
      let bound = try await api.post("\(Sample.pods)/web/binding", ["target": ["name": "node1"]])
      #expect(bound.status == 201)
      #expect(try await api.get("\(Sample.pods)/web").body["spec"]?["nodeName"] == "node1")
      let moved = try await api.patch("\(Sample.pods)/web", ["spec": ["nodeName": "node2"]])
      #expect(moved.status == 422)
      #expect(moved.body["details"]?["causes"]?.array?.first?["reason"] == "FieldValueForbidden")
      #expect(try await api.post("\(Sample.pods)/web/binding", ["target": ["name": "node2"]]).status == 409)
      let image = try await api.patch(
        "\(Sample.pods)/web", ["spec": ["containers": [["name": "web", "image": "httpd:3"]]]], "strategic")
      #expect(image.status == 200)
    }
  }

  @Test("a generation counts changes of content, not of labels")
  func generation() async throws {
    try await TestAPI.run { api in
      let slice: JSON = [
        "metadata": ["name": "s"], "addressType": "IPv4", "endpoints": [["addresses": ["10.0.0.1"]]],
      ]
      #expect(try await api.post(Sample.slices, slice).body["metadata"]?["generation"] == 1)
      let labelled = try await api.patch("\(Sample.slices)/s", ["metadata": ["labels": ["a": "b"]]])
      #expect(labelled.body["metadata"]?["generation"] == 1)
      let changed = try await api.patch("\(Sample.slices)/s", ["endpoints": [["addresses": ["10.0.0.2"]]]])
      #expect(changed.body["metadata"]?["generation"] == 2)
    }
  }

  @Test("a dry run answers as the real one would, and stores nothing")
  func dryRun() async throws {
    try await TestAPI.run { api in
      let revision = api.store.revision
      let answer = try await api.post(Sample.services + "?dryRun=All", Sample.service("web"))
      #expect(answer.status == 201)
      #expect(answer.body["spec"]?["clusterIP"]?.string?.isEmpty == false)
      #expect(try await api.get("\(Sample.services)/web").status == 404)
      #expect(api.store.revision == revision)
    }
  }

  @Test("objects are taken in YAML as well as in JSON")
  func yaml() async throws {
    try await TestAPI.run { api in
      let text = "metadata:\n  name: y\nspec:\n  ports:\n  - port: 80\n"
      let created = try await api.send(.post, Sample.services, text, type: "application/yaml")
      #expect(created.status == 201)
      let read = try await api.get("\(Sample.services)/y", accept: "application/yaml")
      #expect(read.headers[.contentType] == "application/yaml")
      #expect(read.body.string?.contains("clusterIP: \(created.body["spec"]?["clusterIP"]?.string ?? "-")\n") == true)
    }
  }
}
