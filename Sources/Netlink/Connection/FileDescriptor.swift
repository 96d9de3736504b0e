import Glibc

/// A file descriptor that closes itself with its last reference.
final class FileDescriptor: Sendable {
  let rawValue: Int32

  init(owning rawValue: Int32) { self.rawValue = rawValue }

  deinit { close(rawValue) }
}
