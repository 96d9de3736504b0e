/// Names what has labels and addresses: an endpoint or a network set.
public struct LabelledObjectID: Hashable, Sendable {
  public let text: String

  public init(_ text: String) { self.text = text }
}

/// Names what passes labels on: a profile, such as that of a namespace or a service account.
public struct LabelParentID: Hashable, Sendable {
  public let text: String

  public init(_ text: String) { self.text = text }
}

/// A pod, a host endpoint or a network set, as far as sets are concerned.
public struct LabelledObject: Hashable, Sendable {
  /// Its own; what `LabelName.isOnlyInherited` names counts for nothing here.
  public var labels: [String: String]
  /// Which pass labels on to it: of several that pass on one label, the first. Not all have to be known.
  public var parents: [LabelParentID]
  public var addresses: [AddressPrefix]
  public var ports: [EndpointPort]

  public init(
    labels: [String: String], parents: [LabelParentID] = [], addresses: [AddressPrefix] = [], ports: [EndpointPort] = []
  ) {
    self.labels = labels
    self.parents = parents
    self.addresses = addresses
    self.ports = ports
  }
}

/// A port that an endpoint gives a name.
public struct EndpointPort: Hashable, Sendable {
  public var name: String
  /// IP protocol number.
  public var proto: UInt8
  /// In the host's byte order.
  public var port: UInt16

  public init(name: String, proto: UInt8, port: UInt16) {
    self.name = name
    self.proto = proto
    self.port = port
  }
}
