/// A pod's namespace and name.
public struct PodName: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  public let namespace: String
  public let name: String

  public init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// "default/web-1".
  public var description: String { "\(namespace)/\(name)" }

  public static func < (left: PodName, right: PodName) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}
