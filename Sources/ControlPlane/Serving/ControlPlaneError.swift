import GRDB

/// What keeps a control plane from starting, in one sentence that says what to do.
public struct ControlPlaneError: Error, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  static func damaged(path: String, _ what: String) -> ControlPlaneError {
    ControlPlaneError(
      "the database \(path) is damaged (\(what)): nothing was changed; restore a copy, or move the file away to begin "
        + "with an empty cluster")
  }

  static func database(path: String, _ error: DatabaseError) -> ControlPlaneError {
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: damaged(path: path, error.message ?? "unreadable")
    default:
      ControlPlaneError("cannot open the database \(path): \(error.message ?? "unknown error"); check path and rights")
    }
  }
}
