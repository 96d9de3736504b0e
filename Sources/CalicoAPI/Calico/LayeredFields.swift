/// The fields of several objects, of which a later one's come before an earlier one's.
public struct LayeredFields: Hashable, Sendable {
  struct Entry: Hashable {
    var value: FieldValue
    var object: String
  }

  private(set) var entries: [String: Entry] = [:]

  /// - Parameter layers: each with a name for messages, "FelixConfiguration default"; the most important last.
  public init(_ layers: [(object: String, spec: OpenSpec)]) {
    for layer in layers {
      for (field, value) in layer.spec.fields where value != .null {
        entries[field] = Entry(value: value, object: layer.object)
      }
    }
  }
}

/// Reads fields one by one. What cannot be understood is complained about, and its default holds: that of the setting, not
/// what a less important object says, as in Calico.
struct FieldReader {
  let fields: LayeredFields
  private(set) var complaints: [FieldComplaint] = []

  init(_ fields: LayeredFields) { self.fields = fields }

  func has(_ field: String) -> Bool { fields.entries[field] != nil }
  func value(_ field: String) -> FieldValue? { fields.entries[field]?.value }

  mutating func complain(_ field: String, _ problem: String, _ consequence: String, isMistake: Bool = false) {
    guard let entry = fields.entries[field] else { return }
    complaints.append(
      FieldComplaint(
        object: entry.object, field: field, problem: problem, consequence: consequence, isMistake: isMistake))
  }

  /// - Parameters:
  ///   - taken: the default for people; "" where nothing is set.
  ///   - expected: "is not a port".
  mutating func read<Value>(
    _ field: String, _ target: inout Value, taken: String, _ expected: String, _ convert: (FieldValue) -> Value?
  ) {
    guard let found = value(field) else { return }
    if let value = convert(found) {
      target = value
    } else {
      complain(field, "\(found) \(expected)", "the default, \(taken), is taken", isMistake: true)
    }
  }

  mutating func read<Choice: FelixChoice>(_ field: String, _ target: inout Choice) {
    let words = Choice.allCases.map(\.rawValue)
    let list = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    read(field, &target, taken: target.rawValue, "is not \(list)") { value in
      guard case .string(let text) = value else { return nil }
      return Choice.allCases.first { $0.rawValue.lowercased() == text.lowercased() }
    }
  }

  mutating func read(_ field: String, _ target: inout Bool) {
    read(field, &target, taken: "\(target)", "is not true or false") { value in
      if case .bool(let flag) = value { flag } else { nil }
    }
  }

  /// A regular expression; "" and "none" say that there is none, as in Calico.
  mutating func read(pattern field: String, _ target: inout String?, taken: String) {
    read(field, &target, taken: taken, "is not a regular expression") { value -> String?? in
      guard case .string(let text) = value else { return nil }
      if text.isEmpty || text.lowercased() == "none" { return .some(nil) }
      return (try? Regex(text)) == nil ? nil : .some(text)
    }
  }
}
