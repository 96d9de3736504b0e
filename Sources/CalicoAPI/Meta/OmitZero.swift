/// A type with a zero value that stands for "not given", as every non-pointer field of the Kubernetes API has one.
public protocol ZeroValue: Codable, Hashable {
  /// The zero value: empty, 0, false.
  init()
}

extension String: ZeroValue {}
extension Bool: ZeroValue {}
extension Int: ZeroValue {}
extension Int32: ZeroValue {}
extension Int64: ZeroValue {}
extension Array: ZeroValue where Element: Codable & Hashable {}
extension Dictionary: ZeroValue where Key: Codable, Value: Codable & Hashable {}

/// A field that is absent from JSON when it is zero, and zero when it is absent or `null`: Go's `omitempty`.
///
/// Fields where absent and zero differ (pointers in the Kubernetes API) are Optionals instead.
@propertyWrapper
public struct OmitZero<Value: ZeroValue>: Codable, Hashable {
  public var wrappedValue: Value

  public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

  public init(from decoder: any Decoder) throws { wrappedValue = try Value(from: decoder) }

  public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

extension OmitZero: Sendable where Value: Sendable {}

// Synthesised Codable conformances call these overloads in place of the general ones.
extension KeyedDecodingContainer {
  public func decode<Value>(_: OmitZero<Value>.Type, forKey key: Key) throws -> OmitZero<Value> {
    OmitZero(wrappedValue: try decodeIfPresent(Value.self, forKey: key) ?? Value())
  }
}

extension KeyedEncodingContainer {
  public mutating func encode<Value>(_ field: OmitZero<Value>, forKey key: Key) throws {
    guard field.wrappedValue != Value() else { return }
    try encode(field.wrappedValue, forKey: key)
  }
}
