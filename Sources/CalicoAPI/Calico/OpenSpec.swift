/// A spec as it stands in the API, field by field. Fields that nobody here understands stay as they are.
public struct OpenSpec: ZeroValue, Sendable {
  public var fields: [String: FieldValue]

  public init() { fields = [:] }
  public init(_ fields: [String: FieldValue]) { self.fields = fields }

  public init(from decoder: any Decoder) throws {
    fields = try decoder.singleValueContainer().decode([String: FieldValue].self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(fields)
  }
}

extension OpenSpec: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, FieldValue)...) {
    fields = Dictionary(elements) { $1 }
  }
}

/// What is wrong with one field, and what is taken instead.
public struct FieldComplaint: Hashable, Sendable {
  /// The object that has the field: "FelixConfiguration default".
  public var object: String
  public var field: String
  /// The value as it stands there, and what is wrong with it: "\"x\" is not a port".
  public var problem: String
  /// What holds in its place: "the default, 20000:29999, is taken".
  public var consequence: String
  /// Whether the value makes no sense; false where it makes sense and is not, or not quite, done.
  public var isMistake: Bool

  public init(object: String, field: String, problem: String, consequence: String, isMistake: Bool) {
    self.isMistake = isMistake
    self.object = object
    self.field = field
    self.problem = problem
    self.consequence = consequence
  }

  /// The whole sentence.
  public var sentence: String { "\(object): \(field) \(problem); \(consequence)" }
}
