import Glibc

extension NetworkNamespace {
  /// Makes a new namespace under a name, as `ip netns add` does, and opens it.
  ///
  /// - Throws: an error with `isAlreadyThere` if the name is taken.
  public static func create(named name: String) throws(NetlinkError) -> NetworkNamespace {
    let request = "create network namespace \(name)"
    let path = try path(ofName: name)
    do throws(SocketFailure) {
      try prepareDirectory()
      let file = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0)
      guard file >= 0 else { throw SocketFailure.system(call: "open", errno: errno) }
      close(file)
      do throws(SocketFailure) {
        try DedicatedThread.run { () -> Result<Void, SocketFailure> in
          Result { () throws(SocketFailure) in
            try NamespaceSystemCalls.leaveForNew()
            try mountOrFail("/proc/thread-self/ns/net", path, MountFlag.bind)
          }
        }.get()
      } catch {
        unlink(path)
        throw error
      }
    } catch {
      throw NetlinkError(request: request, cause: error.cause(.zero))
    }
    return try NetworkNamespace(path: path)
  }

  /// Takes a name away; the namespace itself ends with its last process, socket and descriptor.
  ///
  /// - Throws: an error with `isNotFound` if there is no such name.
  public static func delete(named name: String) throws(NetlinkError) {
    let request = "delete network namespace \(name)"
    let path = try path(ofName: name)
    // A file that lost its mount (EINVAL) is a leftover and goes too.
    if umount2(path, MountFlag.detach) != 0, errno != EINVAL {
      throw NetlinkError(request: request, cause: .system(call: "umount2", errno: errno))
    }
    guard unlink(path) == 0 else {
      throw NetlinkError(request: request, cause: .system(call: "unlink", errno: errno))
    }
  }

  /// The names that `ip netns` shows, sorted; empty if there are none.
  public static func names() throws(NetlinkError) -> [String] {
    guard let stream = opendir(directory) else {
      if errno == ENOENT { return [] }
      throw NetlinkError(request: "list network namespaces", cause: .system(call: "opendir", errno: errno))
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  // MARK: Mounts

  /// MS_* and MNT_* of `sys/mount.h`.
  private enum MountFlag {
    static let bind: UInt = 4096
    static let recursive: UInt = 16384
    static let shared: UInt = 1 << 20
    static let detach: Int32 = 2
  }

  /// Makes the directory a shared mount of its own, as `ip netns` does, so that names reach other mount namespaces.
  private static func prepareDirectory() throws(SocketFailure) {
    guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
      throw SocketFailure.system(call: "mkdir \(directory)", errno: errno)
    }
    if mount("", directory, "none", MountFlag.shared | MountFlag.recursive, nil) == 0 { return }
    guard errno == EINVAL else { throw SocketFailure.system(call: "mount --make-rshared", errno: errno) }
    try mountOrFail(directory, directory, MountFlag.bind | MountFlag.recursive)
    try mountOrFail("", directory, MountFlag.shared | MountFlag.recursive)
  }

  private static func mountOrFail(_ source: String, _ target: String, _ flags: UInt) throws(SocketFailure) {
    guard mount(source, target, "none", flags, nil) == 0 else {
      throw SocketFailure.system(call: "mount \(source) on \(target)", errno: errno)
    }
  }
}
