/// A Service's namespace and name.
public struct ServiceName: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var namespace: String
  public var name: String

  public init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  public static func < (left: ServiceName, right: ServiceName) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }

  /// "namespace/name".
  public var description: String { "\(namespace)/\(name)" }
}
