/// A JSON value: what an API object is made of while it travels from a request to the database and back.
///
/// Integers stay integers (64 bits), as ports, counters and generations must. Object keys are written in sorted order.
enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  /// The member of an object; nil when absent or when this is no object. Setting nil removes the member; setting a
  /// member of a value that is no object makes it one.
  subscript(key: String) -> JSON? {
    get {
      guard case .object(let members) = self else { return nil }
      return members[key]
    }
    set {
      var members = object ?? [:]
      self = .null  // lets the dictionary be changed in place
      members[key] = newValue
      self = .object(members)
    }
  }

  /// The value at the end of a path of object keys; nil when a step is absent. Setting makes the missing objects,
  /// setting nil makes none.
  subscript(path: [String]) -> JSON? {
    get { path.reduce(Optional(self)) { value, key in value?[key] } }
    set {
      guard let first = path.first else { return }
      if path.count == 1 {
        self[first] = newValue
      } else if self[first] != nil || newValue != nil {
        var child = self[first] ?? .object([:])
        child[Array(path.dropFirst())] = newValue
        self[first] = child
      }
    }
  }

  var string: String? { if case .string(let value) = self { value } else { nil } }
  var int: Int64? { if case .int(let value) = self { value } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  var object: [String: JSON]? { if case .object(let value) = self { value } else { nil } }

  /// Whether the value says nothing: null, or an empty string, list or object.
  var isEmpty: Bool {
    switch self {
    case .null: true
    case .string(let value): value.isEmpty
    case .array(let value): value.isEmpty
    case .object(let value): value.isEmpty
    default: false
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int64) { self = .int(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: JSON...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }

  /// An object of the members that have a value.
  init(members: [String: JSON?]) { self = .object(members.compactMapValues { $0 }) }

  init(_ strings: [String]) { self = .array(strings.map(JSON.string)) }
  init(_ strings: [String: String]) { self = .object(strings.mapValues(JSON.string)) }
}
