import Glibc

/// Names of kernel objects in bpffs.
enum Pin {
  static func create(_ descriptor: Descriptor, at path: String, subject: String) throws(KernelError) {
    var attributes = Attributes(size: 16)
    attributes.set(NativeBuffer(path), at: 0)
    attributes.set(descriptor, at: 8)
    do {
      try attributes.call(.pin)
    } catch {
      throw KernelError("pin", subject, errno: error, detail: "at \(path)", fix: bpffsFix(path))
    }
  }

  /// The object pinned at `path`; nil when nothing is there.
  static func open(_ path: String, subject: String) throws(KernelError) -> Descriptor? {
    var attributes = Attributes(size: 16)
    attributes.set(NativeBuffer(path), at: 0)
    do {
      return try attributes.open(.openPinned)
    } catch {
      if error == .noEntry { return nil }
      throw KernelError("open pinned", subject, errno: error, detail: "at \(path)")
    }
  }

  /// The object of that kind pinned at `path`; nil when nothing is there.
  static func open(_ path: String, _ kind: ObjectKind, subject: String) throws(KernelError) -> Descriptor? {
    guard let descriptor = try open(path, subject: subject) else { return nil }
    try check(descriptor, kind, path, subject: subject)
    return descriptor
  }

  static func check(
    _ descriptor: Descriptor, _ kind: ObjectKind, _ path: String, subject: String
  ) throws(KernelError) {
    guard let found = ObjectKind(descriptor), found != kind else { return }
    throw KernelError(
      "open pinned", subject, detail: "what is at \(path) is a \(found.rawValue), not a \(kind.rawValue)")
  }

  /// Removes the name; a name that is not there is no error.
  static func remove(_ path: String, subject: String) throws(KernelError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw KernelError("unpin", subject, errno: .current, detail: "at \(path)")
    }
  }

  private static func bpffsFix(_ path: String) -> String? {
    let folder = folder(of: path)
    guard !BPFFileSystem.contains(folder) else { return nil }
    return "\(folder) is no folder on a bpf file system: mount -t bpf bpf /sys/fs/bpf, then create it."
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
