/// A number, or a string: what Calico's protocols and ports are written as.
enum NumberOrString: Hashable, Sendable {
  case number(Int64)
  case string(String)
}

extension NumberOrString: CustomStringConvertible {
  var description: String {
    switch self {
    case .number(let value): String(value)
    case .string(let value): value
    }
  }
}

extension NumberOrString: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .string(text)
    } else {
      self = .number(try container.decode(Int64.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    }
  }
}
