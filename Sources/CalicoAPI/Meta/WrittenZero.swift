/// A field that is zero where it is absent or `null`, and that is written always: for what the API requires.
@propertyWrapper
public struct WrittenZero<Value: ZeroValue>: Codable, Hashable {
  public var wrappedValue: Value

  public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

  public init(from decoder: any Decoder) throws { wrappedValue = try Value(from: decoder) }

  public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

extension WrittenZero: Sendable where Value: Sendable {}

// Synthesised Codable conformances call this overload in place of the general one.
extension KeyedDecodingContainer {
  public func decode<Value>(_: WrittenZero<Value>.Type, forKey key: Key) throws -> WrittenZero<Value> {
    WrittenZero(wrappedValue: try decodeIfPresent(Value.self, forKey: key) ?? Value())
  }
}
