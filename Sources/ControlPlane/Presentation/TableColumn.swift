import Foundation

/// A column of `kubectl get`, as the server prints it.
struct TableColumn: Sendable {
  var name: String
  var type = "string"
  var format = ""
  var description: String
  /// 0 is always shown, 1 with `-o wide`.
  var priority: Int64 = 0
  var cell: @Sendable (_ object: JSON, _ now: Date) -> JSON

  init(
    _ name: String, type: String = "string", format: String = "", wide: Bool = false, _ description: String,
    cell: @escaping @Sendable (_ object: JSON, _ now: Date) -> JSON
  ) {
    self.name = name
    self.type = type
    self.format = format
    self.description = description
    priority = wide ? 1 : 0
    self.cell = cell
  }

  var definition: JSON {
    [
      "name": .string(name), "type": .string(type), "format": .string(format), "description": .string(description),
      "priority": .int(priority),
    ]
  }

  static let name = TableColumn("Name", format: "name", "Name of the object, unique within its namespace.") {
    object, _ in
    object["metadata"]?["name"] ?? ""
  }

  static let age = TableColumn("Age", "Time since the object was created.") { object, now in
    .string(Age.text(of: object["metadata"]?["creationTimestamp"], now: now))
  }
}
