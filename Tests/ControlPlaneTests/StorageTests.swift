import Foundation
import Logging
import Testing

@testable import ControlPlane

@Suite("Storage")
struct StorageTests {
  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try await body(folder.path)
  }

  private func store(_ folder: String) throws -> ObjectStore {
    try ObjectStore(database: try ObjectDatabase(path: "\(folder)/cluster.sqlite"))
  }

  private func key(_ name: String) -> ObjectKey { ObjectKey(resource: "pods", namespace: "default", name: name) }

  @Test("objects, revisions and taken names are the same after a restart, and revisions go on")
  func restart() async throws {
    try await withFolder { folder in
      let before = try store(folder)
      for name in ["a", "b", "c"] {
        try await before.write { $0.put(key(name), ["metadata": ["name": .string(name)]]) }
      }
      try await before.write { $0.delete(key("b")) }
      let after = try store(folder)
      #expect(after.list("pods").objects == before.list("pods").objects)
      #expect(after.revision == 4)
      let next = try await after.write { $0.put(key("d"), [:]) }
      #expect(next.revision == 5)
      // What happened before the restart is not known any more: watchers list again.
      #expect(after.watch(["pods"], after: 2) == nil)
      #expect(after.watch(["pods"], after: 5) != nil)
    }
  }

  @Test("a write that throws changes nothing, in memory and on disk")
  func rollback() async throws {
    try await withFolder { folder in
      struct Stop: Error {}
      let store = try store(folder)
      await #expect(throws: Stop.self) {
        try await store.write { transaction in
          transaction.put(key("a"), [:])
          throw Stop()
        }
      }
      #expect(store.object(key("a")) == nil)
      #expect(store.revision == 0)
      #expect(try self.store(folder).list("pods").objects.isEmpty)
    }
  }

  @Test("a transaction sees its own changes, and commits them together")
  func transaction() async throws {
    try await withFolder { folder in
      let store = try store(folder)
      let seen = try await store.write { transaction in
        transaction.put(key("a"), [:])
        transaction.put(key("b"), [:])
        transaction.delete(key("a"))
        return transaction.list("pods").map(\.key.name)
      }
      #expect(seen == ["b"])
      #expect(store.revision == 3)
      #expect(store.list("pods").objects.map(\.key.name) == ["b"])
    }
  }

  @Test("a damaged database is refused with a sentence, and left as it is")
  func damaged() async throws {
    try await withFolder { folder in
      let path = "\(folder)/cluster.sqlite"
      let rubbish = Data("this is no database, but somebody's letter\n".utf8)
      try rubbish.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: ControlPlaneError.self) { try ObjectDatabase(path: path) }
      #expect(error?.description.hasPrefix("the database \(path) is damaged") == true)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == rubbish)
    }
  }

  @Test("a document that is no JSON is named with its object")
  func damagedDocument() async throws {
    try await withFolder { folder in
      let store = try store(folder)
      try await store.write { $0.put(key("a"), [:]) }
      let database = try ObjectDatabase(path: "\(folder)/cluster.sqlite")
      let broken = StoredObject(key: key("a"), revision: 2, value: [:], bytes: Array("{".utf8))
      try database.commit([Change(kind: .modified, object: broken, previous: nil)], revision: 2)
      let error = #expect(throws: ControlPlaneError.self) { try self.store(folder) }
      #expect(error?.description.contains("the document of pods \"a\" in namespace \"default\" is not JSON") == true)
    }
  }

  @Test("two processes cannot have one data folder")
  func lock() async throws {
    try await withFolder { folder in
      let first = try DataFolder(folder)
      let error = #expect(throws: ControlPlaneError.self) { try DataFolder(folder) }
      #expect(error?.description == "the data folder \(folder) is in use by another control plane: end that one first")
      withExtendedLifetime(first) {}
    }
  }

  @Test("the history forgets the oldest changes first, and says from where on it knows all")
  func history() {
    var history = ChangeHistory(after: 10, capacity: 8)
    for revision in Int64(11)...30 {
      history.append(
        Change(kind: .added, object: StoredObject(key: key("a"), revision: revision, value: [:]), previous: nil))
    }
    let start = history.forgottenThrough
    #expect(start >= 22 && start < 30)
    #expect(history.changes(after: start - 1) == nil)
    #expect(history.changes(after: start)?.map(\.revision) == Array((start + 1)...30))
    #expect(history.changes(after: 30)?.isEmpty == true)
  }
}
