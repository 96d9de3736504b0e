import AsyncHTTPClient
import FoundationEssentials
import NIOCore

extension APIClient {
  /// Reads one object.
  public func get<Object: KubernetesResource>(
    _ type: Object.Type, _ name: String, namespace: String = ""
  ) async throws(KubernetesError) -> Object {
    let path = try ResourcePath.object(type, name: name, namespace: namespace)
    return try await exchange(type, request(.get, path), "get \(type.plural) \(name)")
  }

  /// Creates an object and returns it as it was stored.
  public func create<Object: KubernetesResource>(_ object: Object) async throws(KubernetesError) -> Object {
    let path = try ResourcePath.collection(Object.self, namespace: object.namespace)
    var request = try request(.post, path)
    request.setJSON(try encoded(object))
    return try await exchange(Object.self, request, "create \(Object.plural) \(object.name)")
  }

  /// Replaces an object, or its status, and returns it as it was stored.
  ///
  /// Fields that `Object` does not have are lost: use this for objects that are ours alone, else `patch`.
  /// With a `resourceVersion` in the object, the server refuses (`isConflict`) where the object has changed since.
  public func update<Object: KubernetesResource>(
    _ object: Object, subresource: Subresource? = nil
  ) async throws(KubernetesError) -> Object {
    let path = try ResourcePath.object(
      Object.self, name: object.name, namespace: object.namespace, subresource: subresource)
    var request = try request(.put, path)
    request.setJSON(try encoded(object))
    return try await exchange(Object.self, request, "update \(Object.plural) \(object.name)")
  }

  /// Changes an object, or its status, and returns it as it was stored.
  public func patch<Object: KubernetesResource>(
    _ type: Object.Type, _ name: String, namespace: String = "", _ patch: Patch, subresource: Subresource? = nil
  ) async throws(KubernetesError) -> Object {
    let path = try ResourcePath.object(type, name: name, namespace: namespace, subresource: subresource)
    var query = Query()
    query.add("fieldManager", patch.fieldManager ?? "")
    query.add("force", patch.force ? "true" : "")
    var request = try request(.patch, path, query)
    request.setBody(patch.body, type: patch.contentType)
    return try await exchange(type, request, "patch \(type.plural) \(name)")
  }

  /// Deletes an object. The server may keep it for a while, marked by a `deletionTimestamp`.
  public func delete<Object: KubernetesResource>(
    _ type: Object.Type, _ name: String, namespace: String = "", options: DeleteOptions = DeleteOptions()
  ) async throws(KubernetesError) {
    let path = try ResourcePath.object(type, name: name, namespace: namespace)
    var request = try request(.delete, path)
    request.setJSON(try encoded(options))
    _ = try await exchange(request, "delete \(type.plural) \(name)")
  }

  /// Reads any path of the server as text: "/readyz", "/version".
  public func text(at path: String) async throws(KubernetesError) -> String {
    String(buffer: try await exchange(request(.get, path), "get \(path)"))
  }
}

/// How an object is deleted (metav1.DeleteOptions).
public struct DeleteOptions: Encodable, Sendable {
  /// Delete only this very object: one of these that differs makes the server refuse (`isConflict`).
  public struct Preconditions: Encodable, Sendable {
    public var uid: String?
    public var resourceVersion: String?

    public init(uid: String? = nil, resourceVersion: String? = nil) {
      self.uid = uid
      self.resourceVersion = resourceVersion
    }
  }

  let apiVersion = "v1"
  let kind = "DeleteOptions"
  /// Seconds that a pod has to end; 0 deletes at once. Nil means as the object says.
  public var gracePeriodSeconds: Int?
  public var preconditions: Preconditions?
  /// "Foreground", "Background" or "Orphan": what becomes of what the object owns.
  public var propagationPolicy: String?

  public init(
    gracePeriodSeconds: Int? = nil, preconditions: Preconditions? = nil, propagationPolicy: String? = nil
  ) {
    self.gracePeriodSeconds = gracePeriodSeconds
    self.preconditions = preconditions
    self.propagationPolicy = propagationPolicy
  }
}

extension HTTPClientRequest {
  mutating func setJSON(_ data: Data) { setBody(data, type: "application/json") }

  mutating func setBody(_ data: Data, type: String) {
    headers.add(name: "Content-Type", value: type)
    body = .bytes(ByteBuffer(bytes: data))
  }
}
