import Foundation

/// Makes the `meta.k8s.io` Table that `kubectl get` prints.
struct TablePresenter: Sendable {
  /// What a row carries besides its cells.
  enum IncludedObject: String, Sendable {
    case none = "None"
    case metadata = "Metadata"
    case object = "Object"
  }

  let descriptor: ResourceDescriptor
  /// "v1" or "v1beta1", as the client asked.
  let version: String
  let included: IncludedObject

  func table(_ objects: [JSON], metadata: JSON, definitions: Bool = true, now: Date) -> JSON {
    [
      "kind": "Table", "apiVersion": .string("meta.k8s.io/\(version)"), "metadata": metadata,
      "columnDefinitions": definitions ? .array(descriptor.columns.map(\.definition)) : [],
      "rows": .array(objects.map { row($0, now: now) }),
    ]
  }

  private func row(_ object: JSON, now: Date) -> JSON {
    var row: JSON = ["cells": .array(descriptor.columns.map { $0.cell(object, now) })]
    switch included {
    case .none: break
    case .metadata: row["object"] = Self.partialMetadata(object, version: version)
    case .object: row["object"] = object
    }
    return row
  }

  static func partialMetadata(_ object: JSON, version: String) -> JSON {
    [
      "kind": "PartialObjectMetadata", "apiVersion": .string("meta.k8s.io/\(version)"),
      "metadata": object["metadata"] ?? [:],
    ]
  }
}
