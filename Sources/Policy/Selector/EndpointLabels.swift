/// Labels of a pod, a host endpoint or a network set: its own, and those that its profiles pass on (of its namespace, its service
/// account). Its own go first, then the profiles in their order; but `pcns.` and `pcsa.` are only ever inherited.
public struct EndpointLabels: LabelSource, Hashable, Sendable {
  public var own: [String: String]
  public var inherited: [[String: String]]

  public init(own: [String: String], inherited: [[String: String]] = []) {
    self.own = own
    self.inherited = inherited
  }

  public func value(ofLabel name: String) -> String? {
    if !LabelName.isOnlyInherited(name), let value = own.value(ofLabel: name) { return value }
    for labels in inherited {
      if let value = labels.value(ofLabel: name) { return value }
    }
    return nil
  }
}
