import Glibc

/// Reading and writing of whole files.
enum Files {
  static func read(_ path: String) throws(CompilerError) -> [UInt8] {
    guard let file = fopen(path, "r") else { throw .file(path: path, reason: "cannot be read: \(lastError())") }
    defer { fclose(file) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { break }
      result.append(contentsOf: buffer[..<count])
    }
    guard ferror(file) == 0 else { throw .file(path: path, reason: "cannot be read: \(lastError())") }
    return result
  }

  static func readText(_ path: String) throws(CompilerError) -> String {
    String(decoding: try read(path), as: UTF8.self)
  }

  /// Writes beside the file and renames, so that nobody sees half of it.
  static func write(_ text: String, to path: String) throws(CompilerError) {
    let partial = path + ".partial"
    guard let file = fopen(partial, "w") else {
      throw .file(path: path, reason: "cannot be written: \(lastError())")
    }
    let bytes = Array(text.utf8)
    let complete = fwrite(bytes, 1, bytes.count, file) == bytes.count
    guard fclose(file) == 0, complete, rename(partial, path) == 0 else {
      throw .file(path: path, reason: "cannot be written: \(lastError())")
    }
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(CompilerError) {
    var made = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: true) {
      made += "/" + part
      guard mkdir(made, 0o777) == 0 || errno == EEXIST else {
        throw .file(path: made, reason: "cannot be made: \(lastError())")
      }
    }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  static func remove(_ path: String) { unlink(path) }

  /// An absolute path for one that may be relative to the current folder.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return "\(String(cString: current))/\(path)"
  }

  /// The path with symbolic links resolved; nil when nothing is there.
  static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  private static func lastError() -> String { String(cString: strerror(errno)) }
}
