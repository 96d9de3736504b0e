import Glibc

/// A file descriptor of a kernel object. Handles of one object share it; it closes with the last of them.
final class Descriptor: Sendable {
  let rawValue: Int32

  init(owning rawValue: Int32) { self.rawValue = rawValue }

  deinit { close(rawValue) }
}
