/// A namespace (core/v1).
public struct Namespace: KubernetesObject {
  public static var group: String { "" }
  public static var version: String { "v1" }
  public static var kind: String { "Namespace" }
  public static var plural: String { "namespaces" }
  public static var isNamespaced: Bool { false }

  public internal(set) var apiVersion = APIVersionOf<Self>()
  public internal(set) var kind = KindOf<Self>()
  public var metadata: ObjectMeta
  @OmitZero public var spec: NamespaceSpec
  @OmitZero public var status: NamespaceStatus

  public init(metadata: ObjectMeta, spec: NamespaceSpec = NamespaceSpec(), status: NamespaceStatus = NamespaceStatus())
  {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }
}

/// What a namespace's deletion waits for.
public struct NamespaceSpec: ZeroValue, Sendable {
  @OmitZero public var finalizers: [String]

  public init() { self.init(finalizers: []) }
  public init(finalizers: [String]) { self.finalizers = finalizers }
}

/// Where a namespace is in its life.
public struct NamespaceStatus: ZeroValue, Sendable {
  /// "Active" or "Terminating".
  @OmitZero public var phase: String

  public init() { self.init(phase: "") }
  public init(phase: String) { self.phase = phase }
}
