import Foundation

/// The folder with all that the control plane keeps. One process at a time has it.
final class DataFolder: Sendable {
  let path: String
  private let lock: CInt

  /// Makes the folder when missing, and takes its lock.
  init(_ path: String) throws(ControlPlaneError) {
    self.path = path
    try PrivateFile.makeFolder(path)
    lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else {
      throw ControlPlaneError("cannot write \(path)/lock: \(String(cString: strerror(errno))); check path and rights")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw ControlPlaneError("the data folder \(path) is in use by another control plane: end that one first")
    }
  }

  deinit { close(lock) }

  var database: String { "\(path)/cluster.sqlite" }
  var token: String { "\(path)/token" }
}
