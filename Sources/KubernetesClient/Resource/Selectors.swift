/// A condition on labels, as `labelSelector` takes it: all requirements hold. Empty selects everything.
public struct LabelSelector: Sendable, Hashable, CustomStringConvertible {
  /// One requirement on one label.
  public enum Requirement: Sendable, Hashable {
    case equals(String, String)
    case notEquals(String, String)
    case `in`(String, [String])
    case notIn(String, [String])
    case exists(String)
    case doesNotExist(String)
  }

  public var requirements: [Requirement]

  public init(_ requirements: Requirement...) { self.requirements = requirements }

  /// Objects that have every one of these labels.
  public init(matching labels: [String: String]) {
    requirements = labels.sorted { $0.key < $1.key }.map { .equals($0.key, $0.value) }
  }

  /// The text of the query parameter: "app=web,tier in (a,b),!legacy".
  public var description: String { requirements.map(\.text).joined(separator: ",") }
}

extension LabelSelector.Requirement {
  fileprivate var text: String {
    switch self {
    case .equals(let key, let value): "\(key)=\(value)"
    case .notEquals(let key, let value): "\(key)!=\(value)"
    case .in(let key, let values): "\(key) in (\(values.joined(separator: ",")))"
    case .notIn(let key, let values): "\(key) notin (\(values.joined(separator: ",")))"
    case .exists(let key): key
    case .doesNotExist(let key): "!\(key)"
    }
  }
}

/// A condition on fields, as `fieldSelector` takes it: all requirements hold. Empty selects everything.
public struct FieldSelector: Sendable, Hashable, CustomStringConvertible {
  /// One requirement on one field. Which fields a kind knows is up to the server.
  public enum Requirement: Sendable, Hashable {
    case equals(String, String)
    case notEquals(String, String)
  }

  public var requirements: [Requirement]

  public init(_ requirements: Requirement...) { self.requirements = requirements }

  /// The text of the query parameter: "spec.nodeName=node1". Commas, equals signs and backslashes of values are escaped.
  public var description: String {
    requirements.map { requirement in
      switch requirement {
      case .equals(let field, let value): "\(field)=\(Self.escape(value))"
      case .notEquals(let field, let value): "\(field)!=\(Self.escape(value))"
      }
    }.joined(separator: ",")
  }

  private static func escape(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      if character == "\\" || character == "," || character == "=" { text.append("\\") }
      text.append(character)
    }
  }
}

/// Which objects of a kind: a namespace or all, and selectors.
public struct ListScope: Sendable, Hashable {
  /// Nil means all namespaces.
  public var namespace: String?
  public var labels: LabelSelector
  public var fields: FieldSelector

  public init(
    namespace: String? = nil, labels: LabelSelector = LabelSelector(), fields: FieldSelector = FieldSelector()
  ) {
    self.namespace = namespace
    self.labels = labels
    self.fields = fields
  }

  var query: Query {
    var query = Query()
    query.add("labelSelector", labels.description)
    query.add("fieldSelector", fields.description)
    return query
  }
}
