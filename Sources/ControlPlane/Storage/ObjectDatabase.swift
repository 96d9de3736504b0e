import Foundation
import GRDB

/// The database file behind the store: current objects and the revision counter. Every commit is on disk before it
/// returns (write-ahead log, full synchronisation).
struct ObjectDatabase: Sendable {
  struct Contents: Sendable {
    var revision: Int64
    var objects: [StoredObject]
  }

  private let queue: DatabaseQueue

  /// Opens the file, making it when missing.
  /// - Throws: `ControlPlaneError` with a sentence about what is wrong with the file.
  init(path: String) throws {
    do {
      var configuration = Configuration()
      configuration.journalMode = .wal
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try Self.check(queue, path: path)
      try Self.migrator.migrate(queue)
    } catch let error as DatabaseError {
      throw ControlPlaneError.database(path: path, error)
    }
  }

  private static func check(_ queue: DatabaseQueue, path: String) throws {
    let verdict = try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    guard verdict == "ok" else { throw ControlPlaneError.damaged(path: path, verdict ?? "no verdict") }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("objects") { database in
      try database.execute(
        sql: """
          CREATE TABLE object (
            resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
            revision INTEGER NOT NULL, document BLOB NOT NULL,
            PRIMARY KEY (resource, namespace, name)
          ) WITHOUT ROWID;
          CREATE TABLE cluster (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
          INSERT INTO cluster (id, revision) VALUES (1, 0);
          """)
    }
    return migrator
  }

  /// Reads everything.
  /// - Throws: `ControlPlaneError` when a document cannot be read.
  func load() throws -> Contents {
    try queue.read { database in
      let revision = try Int64.fetchOne(database, sql: "SELECT revision FROM cluster") ?? 0
      let rows = try Row.fetchCursor(
        database, sql: "SELECT resource, namespace, name, revision, document FROM object")
      var objects: [StoredObject] = []
      while let row = try rows.next() { objects.append(try object(row)) }
      return Contents(revision: revision, objects: objects)
    }
  }

  private func object(_ row: Row) throws -> StoredObject {
    let key = ObjectKey(resource: row["resource"], namespace: row["namespace"], name: row["name"])
    let bytes = [UInt8](row["document"] as Data)
    do {
      return StoredObject(key: key, revision: row["revision"], value: try JSONParser.parse(bytes), bytes: bytes)
    } catch {
      let what = "the document of \(key.resource) \"\(key.name)\" in namespace \"\(key.namespace)\" is not JSON"
      throw ControlPlaneError.damaged(path: queue.path, what)
    }
  }

  /// Commits changes in one transaction; on return they survive a crash of the process and of the machine.
  func commit(_ changes: [Change], revision: Int64) throws {
    try queue.write { database in
      for change in changes {
        let key = change.object.key
        if change.kind == .deleted {
          try database.cachedStatement(
            sql: "DELETE FROM object WHERE resource = ? AND namespace = ? AND name = ?"
          ).execute(arguments: [key.resource, key.namespace, key.name])
        } else {
          try database.cachedStatement(
            sql: """
              INSERT INTO object (resource, namespace, name, revision, document) VALUES (?, ?, ?, ?, ?)
              ON CONFLICT DO UPDATE SET revision = excluded.revision, document = excluded.document
              """
          ).execute(
            arguments: [key.resource, key.namespace, key.name, change.revision, Data(change.object.bytes)])
        }
      }
      try database.cachedStatement(sql: "UPDATE cluster SET revision = ?").execute(arguments: [revision])
    }
  }
}
