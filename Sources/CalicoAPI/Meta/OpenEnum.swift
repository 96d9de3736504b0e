/// A string with known values that may grow: an unknown value is kept, not refused.
public protocol OpenEnum:
  RawRepresentable<String>, ZeroValue, Sendable, ExpressibleByStringLiteral, CustomStringConvertible
{
  init(rawValue: String)
}

extension OpenEnum {
  public init() { self.init(rawValue: "") }
  public init(stringLiteral value: String) { self.init(rawValue: value) }
  public var description: String { rawValue }
}
