import Testing

@testable import ControlPlane

@Suite("Lists")
struct ListTests {
  private func names(_ answer: TestAPI.Answer) -> [String] {
    (answer.body["items"]?.array ?? []).compactMap { $0["metadata"]?["name"]?.string }
  }

  @Test(
    "label and field selectors choose",
    arguments: [
      ("labelSelector=app%3Dweb", ["a", "b"]), ("labelSelector=app!%3Dweb", ["c", "d"]),
      ("labelSelector=app+in+(web,db)", ["a", "b", "c"]), ("labelSelector=app+notin+(web)", ["c", "d"]),
      ("labelSelector=app,!tier", ["b", "c"]), ("labelSelector=app%3D%3Dweb,tier%3Dfront", ["a"]),
      ("fieldSelector=metadata.name%3Db", ["b"]), ("fieldSelector=spec.nodeName%3Dnode1", ["a"]),
      ("fieldSelector=status.phase!%3DPending", []),
      ("fieldSelector=metadata.namespace%3Ddefault", ["a", "b", "c", "d"]),
      ("fieldSelector=spec.nodeName%3D,status.phase%3DPending&labelSelector=app", ["b", "c"]),
    ])
  func selectors(query: String, expected: [String]) async throws {
    try await TestAPI.run { api in
      _ = try await api.post(Sample.pods, Sample.pod("a", labels: ["app": "web", "tier": "front"]))
      _ = try await api.post(Sample.pods, Sample.pod("b", labels: ["app": "web"]))
      _ = try await api.post(Sample.pods, Sample.pod("c", labels: ["app": "db"]))
      _ = try await api.post(Sample.pods, Sample.pod("d", labels: [:]))
      _ = try await api.patch("\(Sample.pods)/a", ["spec": ["nodeName": "node1"]])
      let answer = try await api.get("\(Sample.pods)?\(query)")
      #expect(answer.body["kind"] == "PodList")
      #expect(names(answer) == expected)
    }
  }

  @Test(
    "selectors that mean nothing are refused",
    arguments: [
      "labelSelector=a%3D%3D%3Db", "labelSelector=a+in+b)", "labelSelector=in+(a)", "fieldSelector=spec.colour%3Dred",
      "fieldSelector=name", "limit=-1", "limit=x", "resourceVersion=x", "continue=x",
    ])
  func badSelectors(query: String) async throws {
    try await TestAPI.run { api in
      let answer = try await api.get("\(Sample.pods)?\(query)")
      #expect(answer.status == 400)
      #expect(answer.body["reason"] == "BadRequest")
    }
  }

  @Test("pages together show the cluster as of the first page, whatever changes between them")
  func paging() async throws {
    try await TestAPI.run { api in
      for name in ["a", "b", "c", "d", "e"] { _ = try await api.post(Sample.pods, Sample.pod(name)) }
      let first = try await api.get(Sample.pods + "?limit=2")
      #expect(names(first) == ["a", "b"])
      #expect(first.body["metadata"]?["remainingItemCount"] == 3)
      _ = try await api.delete("\(Sample.pods)/c")
      _ = try await api.post(Sample.pods, Sample.pod("bb"))
      _ = try await api.patch("\(Sample.pods)/d", ["metadata": ["labels": ["new": "1"]]])

      let token = try #require(first.body["metadata"]?["continue"]?.string)
      let second = try await api.get("\(Sample.pods)?limit=2&continue=\(token.replacing("=", with: "%3D"))")
      #expect(names(second) == ["c", "d"])
      #expect(second.body["items"]?.array?[1]["metadata"]?["labels"]?["new"] == nil)
      #expect(second.body["metadata"]?["resourceVersion"] == first.body["metadata"]?["resourceVersion"])
      let last = try #require(second.body["metadata"]?["continue"]?.string)
      let third = try await api.get("\(Sample.pods)?limit=2&continue=\(last.replacing("=", with: "%3D"))")
      #expect(names(third) == ["e"])
      #expect(third.body["metadata"]?["continue"] == nil)
      #expect(names(try await api.get(Sample.pods)) == ["a", "b", "bb", "d", "e"])
    }
  }

  @Test("a page whose revision is forgotten answers 410")
  func expiredPage() async throws {
    try await TestAPI.run(historyCapacity: 4) { api in
      for name in ["a", "b", "c"] { _ = try await api.post(Sample.pods, Sample.pod(name)) }
      let first = try await api.get(Sample.pods + "?limit=1")
      let token = try #require(first.body["metadata"]?["continue"]?.string).replacing("=", with: "%3D")
      for name in ["d", "e", "f", "g", "h"] { _ = try await api.post(Sample.pods, Sample.pod(name)) }
      let second = try await api.get("\(Sample.pods)?limit=1&continue=\(token)")
      #expect(second.status == 410)
      #expect(second.body["reason"] == "Expired")
    }
  }

  @Test("a list as of an exact revision shows the past, one of a revision to come is refused")
  func resourceVersion() async throws {
    try await TestAPI.run { api in
      let created = try await api.post(Sample.pods, Sample.pod("a"))
      let revision = try #require(created.body["metadata"]?["resourceVersion"]?.string)
      _ = try await api.post(Sample.pods, Sample.pod("b"))
      let exact = try await api.get("\(Sample.pods)?resourceVersion=\(revision)&resourceVersionMatch=Exact")
      #expect(names(exact) == ["a"])
      #expect(names(try await api.get("\(Sample.pods)?resourceVersion=\(revision)")) == ["a", "b"])
      #expect(names(try await api.get("\(Sample.pods)?resourceVersion=0")) == ["a", "b"])
      let future = try await api.get("\(Sample.pods)?resourceVersion=999999")
      #expect(future.status == 504)
      #expect(future.body["message"]?.string?.hasPrefix("Too large resource version: 999999") == true)
    }
  }

  @Test("a table has the columns of kubectl and the metadata of each row's object")
  func table() async throws {
    try await TestAPI.run { api in
      _ = try await api.post(Sample.services, Sample.service("web", ["clusterIP": "10.96.0.10"]))
      let answer = try await api.get(
        Sample.services, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
      #expect(answer.body["kind"] == "Table")
      #expect(
        answer.body["columnDefinitions"]?.array?.compactMap { $0["name"]?.string }
          == ["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "Selector"])
      let row = try #require(answer.body["rows"]?.array?.first)
      #expect(row["cells"]?.array?.prefix(5) == ["web", "ClusterIP", "10.96.0.10", "<none>", "80/TCP"])
      #expect(row["object"]?["kind"] == "PartialObjectMetadata")
      #expect(row["object"]?["metadata"]?["name"] == "web")
    }
  }
}
