import Yams

/// YAML text to and from JSON values, by the YAML 1.1 rules that Kubernetes uses.
enum YAMLBody {
  struct NotOneDocument: Error {}

  /// Reads one YAML document.
  /// - Throws: `YamlError` for bad syntax, `NotOneDocument` for empty text.
  static func parse(_ text: String) throws -> JSON {
    guard let node = try Yams.compose(yaml: text) else { throw NotOneDocument() }
    return json(node)
  }

  /// Writes a value as YAML, keys sorted.
  static func text(_ value: JSON) throws -> String {
    try Yams.serialize(node: node(value), width: -1, allowUnicode: true)
  }

  private static func json(_ node: Node) -> JSON {
    switch node {
    case .mapping(let mapping):
      let pairs = mapping.map { ($0.key.string ?? $0.key.scalar?.string ?? "", json($0.value)) }
      return .object(Dictionary(pairs, uniquingKeysWith: { _, last in last }))
    case .sequence(let sequence): return .array(sequence.map(json))
    case .scalar(let scalar): return json(node, scalar)
    case .alias: return .null  // compose resolves aliases; none is left
    }
  }

  private static func json(_ node: Node, _ scalar: Node.Scalar) -> JSON {
    guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
    switch Resolver.default.resolveTag(of: node) {
    case .null: return .null
    case .bool: return node.bool.map(JSON.bool) ?? .string(scalar.string)
    case .int: return node.int.map { .int(Int64($0)) } ?? .string(scalar.string)
    case .float: return node.float.map(JSON.double) ?? .string(scalar.string)
    default: return .string(scalar.string)
    }
  }

  private static func node(_ value: JSON) -> Node {
    switch value {
    case .null: return Node("null", Tag(.null))
    case .bool(let value): return Node(value ? "true" : "false", Tag(.bool))
    case .int(let value): return Node(String(value), Tag(.int))
    case .double(let value): return Node(JSON.double(value).text, Tag(.float))
    case .string(let value): return Node(value, Tag(.str), needsQuotes(value) ? .doubleQuoted : .any)
    case .array(let elements): return Node(elements.map(node))
    case .object(let members):
      return Node(members.sorted { $0.key < $1.key }.map { (Node($0.key), node($0.value)) })
    }
  }

  /// A plain scalar that would be read back as something else needs quotes.
  private static func needsQuotes(_ value: String) -> Bool {
    Resolver.default.resolveTag(of: Node(value, .implicit, .plain)) != .str
  }
}
