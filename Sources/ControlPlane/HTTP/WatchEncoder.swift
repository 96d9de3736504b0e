import Foundation
import NIOCore

/// Writes the frames of a watch: one JSON object a line.
struct WatchEncoder: Sendable {
  let descriptor: ResourceDescriptor
  let representation: Representation
  let included: TablePresenter.IncludedObject
  let now: @Sendable () -> Date
  /// Column definitions go out once.
  private var definitionsSent = false

  init(
    _ descriptor: ResourceDescriptor, _ representation: Representation,
    included: TablePresenter.IncludedObject, now: @escaping @Sendable () -> Date
  ) {
    self.descriptor = descriptor
    self.representation = representation
    self.included = included
    self.now = now
  }

  mutating func write(_ kind: Change.Kind, _ object: StoredObject, to buffer: inout ByteBuffer) {
    switch representation {
    case .json, .yaml: Self.write(kind.rawValue, object.bytes, to: &buffer)
    case .partialMetadata(let version):
      let partial = TablePresenter.partialMetadata(object.value, version: version)
      Self.write(kind.rawValue, partial.encoded, to: &buffer)
    case .table(let version):
      let table = table([object.value], revision: object.revision, version: version)
      Self.write(kind.rawValue, table.encoded, to: &buffer)
    }
  }

  /// - Parameter endsInitialEvents: marks the end of the objects that were there at the beginning.
  mutating func writeBookmark(revision: Int64, endsInitialEvents: Bool = false, to buffer: inout ByteBuffer) {
    var metadata: JSON = ["resourceVersion": .string(String(revision)), "creationTimestamp": .null]
    if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
    var object: JSON = [
      "kind": .string(descriptor.name.kind), "apiVersion": .string(descriptor.name.apiVersion), "metadata": metadata,
    ]
    switch representation {
    case .json, .yaml: break
    case .partialMetadata(let version): object = TablePresenter.partialMetadata(object, version: version)
    case .table(let version):
      let row = object
      object = table([], revision: revision, version: version)
      if endsInitialEvents { object["rows"] = [["cells": [], "object": row]] }
    }
    Self.write("BOOKMARK", object.encoded, to: &buffer)
  }

  static func writeError(_ error: APIError, to buffer: inout ByteBuffer) {
    write("ERROR", error.status.encoded, to: &buffer)
  }

  private mutating func table(_ objects: [JSON], revision: Int64, version: String) -> JSON {
    defer { definitionsSent = true }
    return TablePresenter(descriptor: descriptor, version: version, included: included).table(
      objects, metadata: ["resourceVersion": .string(String(revision))], definitions: !definitionsSent, now: now())
  }

  private static func write(_ type: String, _ object: [UInt8], to buffer: inout ByteBuffer) {
    buffer.writeString("{\"type\":\"\(type)\",\"object\":")
    buffer.writeBytes(object)
    buffer.writeString("}\n")
  }
}
