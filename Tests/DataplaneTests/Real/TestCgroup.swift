import Glibc
import Netlink

/// A cgroup below this process's own, whose members are single threads: they join it to open sockets in it, and end. Gone
/// with its last reference.
final class TestCgroup: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var call: String
    var code: Int32
    var description: String { "\(call): \(String(cString: strerror(code)))" }
  }

  let path: String

  /// The cgroup of version 2 that this process is in; nil where that hierarchy is not mounted.
  private static let own: String? = {
    let mounts = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"]
    guard let mount = mounts.first(where: { access("\($0)/cgroup.controllers", F_OK) == 0 }),
      let line = try? text("/proc/self/cgroup").split(separator: "\n").first(where: { $0.hasPrefix("0::") })
    else { return nil }
    return line == "0::/" ? mount : mount + line.dropFirst(3)
  }()

  static let canRun = geteuid() == 0 && own != nil

  init() throws {
    guard let own = Self.own else { throw Failure(call: "find a cgroup of version 2", code: ENOENT) }
    path = "\(own)/apus-dataplane-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    try create()
  }

  deinit { try? remove() }

  /// Removes the folder and makes another under its name.
  func renew() throws {
    try remove()
    try create()
  }

  private func create() throws {
    guard mkdir(path, 0o755) == 0 else { throw Failure(call: "mkdir \(path)", code: errno) }
    try Self.write("threaded", to: "\(path)/cgroup.type")
  }

  /// Removes the folder. The kernel takes a moment to see that a thread which has ended is gone.
  private func remove() throws {
    for _ in 0..<200 {
      if rmdir(path) == 0 || errno == ENOENT { return }
      usleep(5000)
    }
    throw Failure(call: "rmdir \(path)", code: errno)
  }

  /// Opens a socket that belongs to this cgroup and to the namespace; whoever uses it later.
  func socket(domain: Int32, type: Int32, in namespace: NetworkNamespace) throws -> Int32 {
    try namespace.run { [path] in
      try Self.write("\(Self.gettid())", to: "\(path)/cgroup.threads")
      let socket = Glibc.socket(domain, type | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard socket >= 0 else { throw Failure(call: "socket", code: errno) }
      return socket
    }
  }

  private static func gettid() -> Int32 {
    typealias Call = @convention(c) () -> Int32
    // Glibc's module does not show it.
    guard let symbol = dlsym(nil, "gettid") else { return 0 }
    return unsafeBitCast(symbol, to: Call.self)()
  }

  private static func write(_ text: String, to path: String) throws {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failure(call: "open \(path)", code: errno) }
    defer { close(file) }
    guard Glibc.write(file, text, text.utf8.count) == text.utf8.count else {
      throw Failure(call: "write \(text) to \(path)", code: errno)
    }
  }

  private static func text(_ path: String) throws -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failure(call: "open \(path)", code: errno) }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = read(file, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
  }
}
