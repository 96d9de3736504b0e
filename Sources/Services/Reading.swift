/// What was read from an object, and what was left out of it because it makes no sense.
public struct Reading<Value> {
  /// nil when the object asks for nothing here.
  public var value: Value?
  /// One clause for each part that was left out, such as "port http: 0 is not in 1 to 65535".
  public var complaints: [String]

  public init(_ value: Value?, complaints: [String] = []) {
    self.value = value
    self.complaints = complaints
  }
}

extension Reading: Equatable where Value: Equatable {}
extension Reading: Sendable where Value: Sendable {}
