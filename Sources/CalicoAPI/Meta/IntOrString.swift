/// A number, or the name of one: a target port (intstr.IntOrString).
public enum IntOrString: Hashable, Sendable {
  case int(Int32)
  case string(String)
}

extension IntOrString: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, CustomStringConvertible {
  public init(integerLiteral value: Int32) { self = .int(value) }
  public init(stringLiteral value: String) { self = .string(value) }

  public var description: String {
    switch self {
    case .int(let value): String(value)
    case .string(let value): value
    }
  }
}

extension IntOrString: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let number = try? container.decode(Int32.self) {
      self = .int(number)
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a string or a whole number from -2147483648 to 2147483647")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .int(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    }
  }
}
