/// A place in a Swift source file.
public struct SourceLocation: Hashable, Sendable {
  /// As the debug information has it: relative to the package where the compiler was told its root.
  public var file: String
  /// From 1.
  public var line: Int
  /// From 1; 0 when it is not known.
  public var column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// Something to tell the person who wrote the kernel source.
public struct Diagnostic: Hashable, Sendable {
  public enum Severity: String, Sendable {
    case error, warning, note
  }

  public var severity: Severity
  /// Nil when it concerns the build as a whole.
  public var location: SourceLocation?
  public var message: String

  public init(_ severity: Severity, at location: SourceLocation?, _ message: String) {
    self.severity = severity
    self.location = location
    self.message = message
  }

  /// `path:line:column: error: message`, the form that SwiftPM and editors know; relative paths are taken from `root`.
  public func text(root: String?) -> String {
    guard let location else { return "\(severity.rawValue): \(message)" }
    var path = location.file
    if let root, !path.hasPrefix("/") { path = "\(root)/\(path)" }
    return "\(path):\(location.line):\(max(location.column, 1)): \(severity.rawValue): \(message)"
  }
}
