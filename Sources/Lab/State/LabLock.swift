import Glibc

/// Held by the one command that changes a lab; let go when the process ends, however it ends.
public struct LabLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock or says who has it.
  public init(file: String) throws(LabError) {
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw LabError("\(file) cannot be opened: \(errnoText())", advice: "The lab needs root: sudo bin/lab …")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      var buffer = [UInt8](repeating: 0, count: 32)
      let count = max(0, read(descriptor, &buffer, buffer.count))
      close(descriptor)
      let holder = String(decoding: buffer.prefix(count), as: UTF8.self)
      throw LabError(
        "another command is changing this lab (process \(holder.isEmpty ? "unknown" : holder))",
        advice: "Wait for it to end, or end it, then try again.")
    }
    ftruncate(descriptor, 0)
    let pid = String(getpid())
    _ = pwrite(descriptor, pid, pid.utf8.count, 0)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
