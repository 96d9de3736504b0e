import CalicoAPI
import Foundation
import KubernetesClient
import Yams

/// The objects of a manifest, of the kinds that the lab applies by itself.
struct Manifest: Sendable {
  enum Object: Sendable {
    case namespace(Namespace)
    case service(Service)
    case pod(Pod)
  }

  /// In the order of the file.
  private(set) var objects: [Object] = []

  private struct Head: Decodable {
    var apiVersion: String
    var kind: String
  }

  init(path: String) throws(LabError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw LabError("the manifest \(path) cannot be read", advice: "Does it exist?")
    }
    try self.init(yaml: String(decoding: data, as: UTF8.self), name: path)
  }

  /// - Parameter name: the file's name, for messages.
  init(yaml: String, name: String) throws(LabError) {
    let documents: [Any]
    do {
      documents = try load_all(yaml: yaml).rethrowing()
    } catch {
      throw LabError("\(name) is not valid YAML: \(error)")
    }
    for (index, document) in documents.enumerated() {
      do {
        if let object = try Self.object(document) { objects.append(object) }
      } catch {
        throw LabError("object \(index + 1) of \(name) is not valid: \(sentence(error))")
      }
    }
  }

  /// Through JSON, as kubectl does: there 8080 is a number and "8080" a name.
  private static func object(_ document: Any) throws -> Object? {
    // A part with nothing but comments.
    if document is NSNull { return nil }
    guard JSONSerialization.isValidJSONObject(document) else { throw LabError("it is no mapping of plain values") }
    let data = try JSONSerialization.data(withJSONObject: document)
    let decoder = JSONDecoder()
    let head = try decoder.decode(Head.self, from: data)
    switch (head.apiVersion, head.kind) {
    case ("v1", "Namespace"): return .namespace(try decoder.decode(Namespace.self, from: data))
    case ("v1", "Service"):
      var service = try decoder.decode(Service.self, from: data)
      service.metadata.annotations[lastApplied] = try text(document)
      return .service(service)
    case ("v1", "Pod"):
      var pod = try decoder.decode(Pod.self, from: data)
      pod.metadata.annotations[lastApplied] = try text(document)
      return .pod(pod)
    default:
      throw LabError("the lab applies Namespaces, Services and Pods by itself, not \(head.apiVersion) \(head.kind)")
    }
  }

  /// Where kubectl finds what was applied before, so that a later `kubectl apply` knows what to take away.
  private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  private static func text(_ document: Any) throws -> String {
    let data = try JSONSerialization.data(
      withJSONObject: document, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  }

  var services: [Service] { objects.compactMap { if case .service(let service) = $0 { service } else { nil } } }
  var pods: [Pod] { objects.compactMap { if case .pod(let pod) = $0 { pod } else { nil } } }

  /// Creates what is not there; what is there stays as the user left it.
  ///
  /// - Returns: how many objects were created.
  func createMissing(_ client: APIClient) async throws -> Int {
    var created = 0
    for object in objects where try await Self.create(object, client) { created += 1 }
    return created
  }

  /// False if there is one of that name already.
  private static func create(_ object: Object, _ client: APIClient) async throws(KubernetesError) -> Bool {
    do throws(KubernetesError) {
      switch object {
      case .namespace(let namespace): _ = try await client.create(namespace)
      case .service(let service): _ = try await client.create(service)
      case .pod(let pod): _ = try await client.create(pod)
      }
      return true
    } catch {
      guard error.isAlreadyExists else { throw error }
      return false
    }
  }
}

extension YamlSequence {
  /// The elements; throws what ended them early.
  fileprivate func rethrowing() throws -> [Element] {
    var iterator = self
    var elements: [Element] = []
    while let element = iterator.next() { elements.append(element) }
    if let error = iterator.error { throw error }
    return elements
  }
}

/// What is wrong and where, without the names of Swift's types.
private func sentence(_ error: any Error) -> String {
  guard let error = error as? DecodingError else { return "\(error)" }
  switch error {
  case .keyNotFound(let key, let context): return "\(path(context)) has no \(key.stringValue)"
  case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
    return "\(path(context)): \(context.debugDescription)"
  @unknown default: return "\(error)"
  }
}

private func path(_ context: DecodingError.Context) -> String {
  let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
  return path.isEmpty ? "it" : String(path.drop { $0 == "." })
}
