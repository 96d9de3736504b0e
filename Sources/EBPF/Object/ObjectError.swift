/// An object file that cannot be understood, or a request that does not fit it: one sentence.
public struct ObjectError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The object's name, empty where it is not known yet.
  public let object: String
  /// What is wrong and where.
  public let reason: String

  init(_ reason: String, object: String = "") {
    self.object = object
    self.reason = reason
  }

  func within(_ object: String) -> ObjectError { ObjectError(reason, object: object) }

  public var description: String { object.isEmpty ? reason : "object \(object): \(reason)" }
}
