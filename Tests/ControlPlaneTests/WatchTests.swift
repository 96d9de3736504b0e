import AsyncHTTPClient
import Foundation
import Testing

@testable import ControlPlane

@Suite("Watches")
struct WatchTests {
  private struct Event: Equatable {
    var type: String
    var name: String
    var revision: String
  }

  /// The frames of a watch that lasts a second.
  private func frames(_ api: TestAPI, _ query: String, accept: String = "application/json") async throws -> [JSON] {
    let answer = try await api.get("\(Sample.pods)?watch=1&timeoutSeconds=1&\(query)", accept: accept)
    #expect(answer.status == 200)
    let text = answer.body.string ?? answer.body.text
    return try text.split(separator: "\n").map { try JSONParser.parse($0.utf8) }
  }

  private func events(_ frames: [JSON]) -> [Event] {
    frames.map {
      Event(
        type: $0["type"]?.string ?? "", name: $0["object"]?["metadata"]?["name"]?.string ?? "",
        revision: $0["object"]?["metadata"]?["resourceVersion"]?.string ?? "")
    }
  }

  private func revision(_ answer: TestAPI.Answer) -> String {
    answer.body["metadata"]?["resourceVersion"]?.string ?? ""
  }

  @Test("a watch from a revision delivers each later change once, in order")
  func fromRevision() async throws {
    try await TestAPI.run(live: true) { api in
      let start = revision(try await api.get(Sample.pods))
      let added = revision(try await api.post(Sample.pods, Sample.pod("a")))
      let modified = revision(try await api.patch("\(Sample.pods)/a", ["metadata": ["labels": ["x": "y"]]]))
      _ = try await api.delete("\(Sample.pods)/a")
      let seen = events(try await frames(api, "resourceVersion=\(start)"))
      #expect(seen.map(\.type) == ["ADDED", "MODIFIED", "DELETED"])
      #expect(seen.map(\.revision).prefix(2) == [added, modified])
      #expect(Int(seen[2].revision) ?? 0 > Int(modified) ?? 0)
    }
  }

  @Test("a watch without a revision begins with what is there")
  func fromNow() async throws {
    try await TestAPI.run(live: true) { api in
      _ = try await api.post(Sample.pods, Sample.pod("a"))
      #expect(events(try await frames(api, "")).map(\.type) == ["ADDED"])
    }
  }

  @Test("sendInitialEvents ends what is there with a marked bookmark")
  func initialEvents() async throws {
    try await TestAPI.run(live: true) { api in
      let created = try await api.post(Sample.pods, Sample.pod("a"))
      let query = "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
      let seen = try await frames(api, query)
      #expect(seen[0]["type"] == "ADDED")
      #expect(seen[1]["type"] == "BOOKMARK")
      #expect(
        seen[1]["object"]?["metadata"] == [
          "resourceVersion": .string(revision(created)), "creationTimestamp": .null,
          "annotations": ["k8s.io/initial-events-end": "true"],
        ])
    }
  }

  @Test("bookmarks move on with the revision, also when the changes are of other kinds")
  func bookmarks() async throws {
    try await TestAPI.run(live: true) { api in
      async let watched = frames(api, "allowWatchBookmarks=true&resourceVersion=\(api.store.revision)")
      try await Task.sleep(for: .milliseconds(300))
      let service = revision(try await api.cluster.createService("other"))
      let seen = events(try await watched)
      #expect(seen.allSatisfy { $0.type == "BOOKMARK" })
      #expect(seen.count >= 3)
      #expect(seen.last?.revision == service)
    }
  }

  @Test("without being asked for, no bookmarks come")
  func noBookmarks() async throws {
    try await TestAPI.run(live: true) { api in
      let seen = try await frames(api, "resourceVersion=\(api.store.revision)")
      #expect(seen.isEmpty)
    }
  }

  @Test("a revision that is forgotten, and one that never was, end in 410 Gone")
  func gone() async throws {
    try await TestAPI.run(live: true, historyCapacity: 4) { api in
      for name in ["a", "b", "c", "d", "e", "f"] { _ = try await api.post(Sample.pods, Sample.pod(name)) }
      for version in ["2", "999999"] {
        let seen = try await frames(api, "resourceVersion=\(version)")
        #expect(seen.count == 1)
        #expect(seen[0]["type"] == "ERROR")
        #expect(seen[0]["object"]?["code"] == 410)
        #expect(seen[0]["object"]?["reason"] == "Expired")
        #expect(seen[0]["object"]?["message"]?.string?.hasPrefix("too old resource version: \(version)") == true)
      }
    }
  }

  @Test("for a selector, an object that begins to match is added, one that ceases to is deleted")
  func selector() async throws {
    try await TestAPI.run(live: true) { api in
      let start = api.store.revision
      _ = try await api.post(Sample.pods, Sample.pod("a", labels: ["app": "db"]))
      _ = try await api.patch("\(Sample.pods)/a", ["metadata": ["labels": ["app": "web"]]])
      _ = try await api.patch("\(Sample.pods)/a", ["metadata": ["labels": ["x": "y"]]])
      let left = revision(try await api.patch("\(Sample.pods)/a", ["metadata": ["labels": ["app": "db"]]]))
      _ = try await api.delete("\(Sample.pods)/a")
      let seen = try await frames(api, "labelSelector=app%3Dweb&resourceVersion=\(start)")
      #expect(events(seen).map(\.type) == ["ADDED", "MODIFIED", "DELETED"])
      // The deleted object is the one that last matched, with the revision at which it ceased to.
      #expect(seen[2]["object"]?["metadata"]?["labels"] == ["app": "web", "x": "y"])
      #expect(events(seen)[2].revision == left)
    }
  }

  @Test("as tables, only the first frame has the column definitions")
  func tables() async throws {
    try await TestAPI.run(live: true) { api in
      for name in ["a", "b"] { _ = try await api.post(Sample.pods, Sample.pod(name)) }
      let seen = try await frames(api, "", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
      #expect(seen.map { $0["object"]?["kind"] } == ["Table", "Table"])
      #expect(seen.map { $0["object"]?["columnDefinitions"]?.array?.isEmpty } == [false, true])
      #expect(seen[1]["object"]?["rows"]?.array?.first?["cells"]?.array?.first == "b")
    }
  }

  @Test("a watcher hears of a commit before the writer does, or at most a few milliseconds later")
  func prompt() async throws {
    try await TestAPI.run { api in
      let subscription = try #require(api.store.watch(["pods"], after: api.store.revision))
      let clock = ContinuousClock()
      let arrivals = Task {
        var arrivals: [ContinuousClock.Instant] = []
        for await item in subscription.items {
          if case .change = item { arrivals.append(clock.now) }
          if arrivals.count == 20 { break }
        }
        return arrivals
      }
      var answers: [ContinuousClock.Instant] = []
      for index in 0..<20 {
        _ = try await api.post(Sample.pods, Sample.pod("p\(index)"))
        answers.append(clock.now)
      }
      let delays = zip(await arrivals.value, answers).map { $0 - $1 }.sorted()
      // The quickest half: the other tests load the machine.
      #expect(delays[10] < .milliseconds(20))
    }
  }

  @Test("a client that leaves is noticed at once, without waiting for the next change")
  func disconnect() async throws {
    try await TestAPI.run(live: true) { api in
      let port = try #require(api.client.port)
      var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v1/pods?watch=1")
      request.headers.add(name: "authorization", value: "Bearer \(TestAPI.token)")
      let client = HTTPClient()
      let response = try await client.execute(request, timeout: .seconds(5))
      #expect(response.status == .ok)
      #expect(api.store.state.withLock { $0.watchers.count } == 1)
      try await client.shutdown()
      for _ in 0..<200 where api.store.state.withLock({ !$0.watchers.isEmpty }) {
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(api.store.state.withLock { $0.watchers.isEmpty })
    }
  }

  @Test("a consumer that falls too far behind is ended instead of filling the memory")
  func slowConsumer() async throws {
    try await TestAPI.run { api in
      let subscription = try #require(api.store.watch(["pods"], after: api.store.revision))
      let change = Change(
        kind: .added,
        object: StoredObject(key: ObjectKey(resource: "pods", namespace: "", name: "x"), revision: 1, value: [:]),
        previous: nil)
      for _ in 0...ObjectStore.watchBufferLimit { api.store.state.withLock { $0.publish(change) } }
      var count = 0
      for await _ in subscription.items { count += 1 }
      #expect(count == ObjectStore.watchBufferLimit)
    }
  }
}

extension Cluster {
  /// A change of another kind, without HTTP.
  fileprivate func createService(_ name: String) async throws -> TestAPI.Answer {
    let object = try await operations.create(
      ResourceRequest(.service, namespace: "default"), Sample.service(name), dryRun: false)
    return TestAPI.Answer(status: 201, body: object.value, headers: [:])
  }
}
