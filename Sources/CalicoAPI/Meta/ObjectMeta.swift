/// The metadata of every stored object (metav1.ObjectMeta). `managedFields` is dropped on purpose: nobody here reads it.
public struct ObjectMeta: ZeroValue, Sendable {
  @OmitZero public var name: String
  /// A prefix from which the server makes a name when `name` is empty.
  @OmitZero public var generateName: String
  @OmitZero public var namespace: String
  @OmitZero public var uid: String
  @OmitZero public var resourceVersion: String
  @OmitZero public var generation: Int64
  @OmitZero public var labels: [String: String]
  @OmitZero public var annotations: [String: String]
  public var creationTimestamp: Timestamp?
  public var deletionTimestamp: Timestamp?
  /// Seconds between `deletionTimestamp`'s setting and its value.
  public var deletionGracePeriodSeconds: Int64?
  @OmitZero public var ownerReferences: [OwnerReference]
  @OmitZero public var finalizers: [String]

  public init() { self.init(name: "") }

  public init(
    name: String, generateName: String = "", namespace: String = "", uid: String = "", resourceVersion: String = "",
    generation: Int64 = 0, labels: [String: String] = [:], annotations: [String: String] = [:],
    creationTimestamp: Timestamp? = nil, deletionTimestamp: Timestamp? = nil,
    deletionGracePeriodSeconds: Int64? = nil, ownerReferences: [OwnerReference] = [], finalizers: [String] = []
  ) {
    self.name = name
    self.generateName = generateName
    self.namespace = namespace
    self.uid = uid
    self.resourceVersion = resourceVersion
    self.generation = generation
    self.labels = labels
    self.annotations = annotations
    self.creationTimestamp = creationTimestamp
    self.deletionTimestamp = deletionTimestamp
    self.deletionGracePeriodSeconds = deletionGracePeriodSeconds
    self.ownerReferences = ownerReferences
    self.finalizers = finalizers
  }
}

/// The object that owns another: when the owner goes, so does the owned one (metav1.OwnerReference).
public struct OwnerReference: Codable, Hashable, Sendable {
  public var apiVersion: String
  public var kind: String
  public var name: String
  public var uid: String
  public var controller: Bool?
  public var blockOwnerDeletion: Bool?

  public init(
    apiVersion: String, kind: String, name: String, uid: String, controller: Bool? = nil,
    blockOwnerDeletion: Bool? = nil
  ) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.name = name
    self.uid = uid
    self.controller = controller
    self.blockOwnerDeletion = blockOwnerDeletion
  }
}
