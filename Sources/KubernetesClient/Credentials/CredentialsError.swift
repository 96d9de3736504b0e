/// Credentials that cannot be used: which file, which field, and what to do.
public struct CredentialsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file, or what stands in its place: "environment".
  public var file: String
  /// The field in the file, empty where the file as a whole is meant: `users["admin"].user.token`.
  public var field: String
  public var problem: String

  public init(file: String, field: String = "", problem: String) {
    self.file = file
    self.field = field
    self.problem = problem
  }

  public var description: String {
    field.isEmpty ? "\(file): \(problem)" : "\(file): \(field): \(problem)"
  }
}
