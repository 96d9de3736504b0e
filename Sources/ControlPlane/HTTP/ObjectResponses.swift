import Foundation
import HTTPTypes
import Hummingbird

/// Writes objects and lists in the form the client asked for.
struct ObjectResponses: Sendable {
  let representation: Representation
  let included: TablePresenter.IncludedObject
  let now: Date

  func object(
    _ object: StoredObject, _ descriptor: ResourceDescriptor, status: HTTPResponse.Status = .ok,
    warnings: [String] = []
  ) -> Response {
    switch representation {
    case .json: .bytes(object.bytes, status: status, contentType: "application/json", warnings: warnings)
    case .yaml: .document(object.value, status: status, as: .yaml, warnings: warnings)
    case .table(let version):
      .document(
        TablePresenter(descriptor: descriptor, version: version, included: included).table(
          [object.value], metadata: ["resourceVersion": .string(String(object.revision))], now: now),
        status: status, warnings: warnings)
    case .partialMetadata(let version):
      .document(
        TablePresenter.partialMetadata(object.value, version: version), status: status, warnings: warnings)
    }
  }

  func list(_ page: ListPage, _ descriptor: ResourceDescriptor) -> Response {
    switch representation {
    case .json: return .bytes(json(page, descriptor), contentType: "application/json")
    case .yaml:
      var list = head(page, descriptor)
      list["items"] = .array(page.objects.map(\.value))
      return .document(list, as: .yaml)
    case .table(let version):
      let presenter = TablePresenter(descriptor: descriptor, version: version, included: included)
      return .document(presenter.table(page.objects.map(\.value), metadata: page.metadata, now: now))
    case .partialMetadata(let version):
      let items = page.objects.map { TablePresenter.partialMetadata($0.value, version: version) }
      return .document([
        "kind": "PartialObjectMetadataList", "apiVersion": .string("meta.k8s.io/\(version)"),
        "metadata": page.metadata, "items": .array(items),
      ])
    }
  }

  private func head(_ page: ListPage, _ descriptor: ResourceDescriptor) -> JSON {
    [
      "kind": .string("\(descriptor.name.kind)List"), "apiVersion": .string(descriptor.name.apiVersion),
      "metadata": page.metadata,
    ]
  }

  /// Joins the stored bytes: large lists need no new encoding.
  private func json(_ page: ListPage, _ descriptor: ResourceDescriptor) -> [UInt8] {
    var bytes = head(page, descriptor).encoded
    bytes.removeLast()
    bytes.reserveCapacity(page.objects.reduce(bytes.count + 16) { $0 + $1.bytes.count + 1 })
    bytes.append(contentsOf: ",\"items\":[".utf8)
    for (position, object) in page.objects.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: object.bytes)
    }
    bytes.append(contentsOf: "]}".utf8)
    return bytes
  }
}
