/// A kind of Calico's, whichever of its API groups it is asked of.
public protocol CalicoKind: Hashable, Sendable {
  /// What an object says. Kinds of which only some fields are understood keep all of them.
  associatedtype Spec: ZeroValue & Sendable = OpenSpec

  static var kind: String { get }
  static var plural: String { get }
  /// Whether objects live in a namespace; most do not.
  static var isNamespaced: Bool { get }
}

extension CalicoKind {
  public static var isNamespaced: Bool { false }
}

/// An API group that serves Calico's kinds.
public protocol CalicoGroup: Hashable, Sendable {
  static var group: String { get }
  static var version: String { get }
}

/// projectcalico.org/v3, what users write.
public enum ProjectCalico: CalicoGroup {
  public static var group: String { "projectcalico.org" }
  public static var version: String { "v3" }
}

/// crd.projectcalico.org/v1, where a cluster without Calico's API server keeps the same objects.
public enum CustomProjectCalico: CalicoGroup {
  public static var group: String { "crd.projectcalico.org" }
  public static var version: String { "v1" }
}

/// An object of Calico's.
public struct CalicoObject<Definition: CalicoKind, Group: CalicoGroup>: KubernetesObject {
  public static var group: String { Group.group }
  public static var version: String { Group.version }
  public static var kind: String { Definition.kind }
  public static var plural: String { Definition.plural }
  public static var isNamespaced: Bool { Definition.isNamespaced }

  public internal(set) var apiVersion = APIVersionOf<Self>()
  public internal(set) var kind = KindOf<Self>()
  public var metadata: ObjectMeta
  @OmitZero public var spec: Definition.Spec

  public init(metadata: ObjectMeta, spec: Definition.Spec = Definition.Spec()) {
    self.metadata = metadata
    self.spec = spec
  }
}

/// Settings of the dataplane: "default" for all nodes, "node.<name>" for one, any other name for those it selects.
public enum FelixConfigurationKind: CalicoKind {
  public static var kind: String { "FelixConfiguration" }
  public static var plural: String { "felixconfigurations" }
}

/// A range of pod addresses.
public enum IPPoolKind: CalicoKind {
  public static var kind: String { "IPPool" }
  public static var plural: String { "ippools" }
}

/// What the cluster tells its neighbours by BGP; "default" for all nodes.
public enum BGPConfigurationKind: CalicoKind {
  public static var kind: String { "BGPConfiguration" }
  public static var plural: String { "bgpconfigurations" }
}

public typealias BGPConfiguration = CalicoObject<BGPConfigurationKind, ProjectCalico>
public typealias FelixConfiguration = CalicoObject<FelixConfigurationKind, ProjectCalico>
public typealias IPPool = CalicoObject<IPPoolKind, ProjectCalico>
