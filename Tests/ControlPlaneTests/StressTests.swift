import Testing

@testable import ControlPlane

@Suite("Many at once")
struct StressTests {
  @Test("with many writers and watchers, each watcher sees each change once, in order, and ends with what is stored")
  func watchers() async throws {
    try await TestAPI.run { api in
      let (writers, rounds) = (8, 25)
      let start = api.store.revision
      let watchers = (0..<10).map { index in
        // Some begin late, from a revision in the middle.
        Task {
          try await Task.sleep(for: .milliseconds(index * 5))
          let subscription = try #require(api.store.watch(["pods"], after: start))
          var state: [String: JSON] = [:]
          var last = start
          for await item in subscription.items {
            guard case .change(let change) = item else { continue }
            #expect(change.revision > last)
            last = change.revision
            let name = change.object.key.name
            #expect((state[name] == nil) == (change.kind == .added))
            state[name] = change.kind == .deleted ? nil : change.object.value
            if name == "last" { break }
          }
          return state
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<writers {
          group.addTask {
            for round in 0..<rounds {
              let path = "\(Sample.pods)/p\(writer)"
              let answer =
                switch round % 5 {
                case 0: try await api.post(Sample.pods, Sample.pod("p\(writer)"))
                case 4: try await api.delete(path)
                default: try await api.patch(path, ["metadata": ["labels": ["round": .string("\(round)")]]])
                }
              #expect(answer.status == (round % 5 == 0 ? 201 : 200))
            }
          }
        }
        try await group.waitForAll()
      }
      for name in ["kept", "last"] { _ = try await api.post(Sample.pods, Sample.pod(name)) }
      let stored = Dictionary(
        uniqueKeysWithValues: api.store.list("pods").objects.map { ($0.key.name, $0.value) })
      for watcher in watchers { #expect(try await watcher.value == stored) }
      #expect(stored.keys.sorted() == ["kept", "last"])
      #expect(api.store.revision == start + Int64(writers * rounds) + 2)
    }
  }

  @Test("of many writers with the same resourceVersion, one wins and the others are told")
  func conflicts() async throws {
    try await TestAPI.run { api in
      let created = try await api.post(Sample.services, Sample.service("web"))
      let codes = try await withThrowingTaskGroup(of: Int.self) { group in
        for index in 0..<10 {
          group.addTask {
            var changed = created.body
            changed[["metadata", "labels"]] = ["writer": .string("\(index)")]
            return try await api.put("\(Sample.services)/web", changed).status
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }.sorted()
      }
      #expect(codes == [200] + Array(repeating: 409, count: 9))
    }
  }

  @Test("rubbish in bodies, patches and queries is answered, never a crash, and never stored")
  func rubbish() async throws {
    try await TestAPI.run { api in
      _ = try await api.post(Sample.services, Sample.service("web"))
      let revision = api.store.revision
      var random = SplitMix(state: 42)
      let valid = Sample.service("other").text
      for _ in 0..<300 {
        var bytes = Array(valid.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...127, using: &random)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let created = try await api.send(.post, Sample.services + "?dryRun=All", text)
        #expect([201, 400, 422].contains(created.status), "\(text)")
        for kind in ["json", "merge", "strategic-merge"] {
          let patched = try await api.send(
            .patch, "\(Sample.services)/web?dryRun=All", text, type: "application/\(kind)-patch+json")
          #expect([200, 400, 422, 409].contains(patched.status), "\(kind) \(text)")
        }
        let protobuf = try? ProtobufBody.parse(Array("k8s\0".utf8) + bytes)
        #expect(protobuf == nil)
      }
      #expect(api.store.revision == revision)
    }
  }
}

/// The same random numbers in each run.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
