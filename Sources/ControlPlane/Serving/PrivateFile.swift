import Foundation

/// Files that only their owner may read.
enum PrivateFile {
  /// Replaces a file as a whole: a reader sees the old or the new contents, and nobody else sees either.
  static func write(_ contents: String, to path: String) throws(ControlPlaneError) {
    let temporary = "\(path).\(getpid()).new"
    unlink(temporary)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("write", path) }
    let bytes = Array(contents.utf8)
    let written = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
    let synchronised = fsync(file)
    close(file)
    guard written == bytes.count, synchronised == 0, rename(temporary, path) == 0 else {
      let error = failure("write", path)
      unlink(temporary)
      throw error
    }
  }

  /// The contents; nil when there is no such file.
  static func read(_ path: String) throws(ControlPlaneError) -> String? {
    guard access(path, F_OK) == 0 else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else { throw failure("read", path) }
    return String(decoding: data, as: UTF8.self)
  }

  /// Makes a folder with all above it, and proves that files can be made in it.
  static func makeFolder(_ path: String) throws(ControlPlaneError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw ControlPlaneError("cannot make the folder \(path): \(error.localizedDescription); choose another folder")
    }
    guard access(path, W_OK | X_OK) == 0 else { throw failure("write into the folder", path) }
  }

  private static func failure(_ action: String, _ path: String) -> ControlPlaneError {
    ControlPlaneError("cannot \(action) \(path): \(String(cString: strerror(errno))); check path and rights")
  }
}
