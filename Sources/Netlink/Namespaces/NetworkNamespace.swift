import Glibc

/// A network namespace, held open by a file descriptor: it lives on while this object does.
public final class NetworkNamespace: Sendable {
  private let descriptor: FileDescriptor
  /// Where the namespace was found, for messages: "/run/netns/apus-node1".
  public let path: String

  /// Where `ip netns` keeps the names of namespaces.
  public static let directory = "/run/netns"

  init(owning descriptor: FileDescriptor, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Opens the namespace at a path, such as "/proc/42/ns/net".
  public convenience init(path: String) throws(NetlinkError) {
    let raw = open(path, O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else {
      throw NetlinkError(request: "open network namespace \(path)", cause: .system(call: "open", errno: errno))
    }
    self.init(owning: FileDescriptor(owning: raw), path: path)
  }

  /// Opens the namespace that `ip netns` knows under a name.
  public convenience init(named name: String) throws(NetlinkError) {
    try self.init(path: try Self.path(ofName: name))
  }

  /// The calling thread's own namespace.
  public static func current() throws(NetlinkError) -> NetworkNamespace {
    try NetworkNamespace(path: "/proc/thread-self/ns/net")
  }

  /// Makes a new namespace without a name: it ends with the last object, process and socket that uses it, also when this
  /// process is killed.
  public static func anonymous() throws(NetlinkError) -> NetworkNamespace {
    let path = "/proc/thread-self/ns/net"
    do throws(SocketFailure) {
      let opened = try DedicatedThread.run { () -> Result<FileDescriptor, SocketFailure> in
        Result { () throws(SocketFailure) in
          try NamespaceSystemCalls.leaveForNew()
          let raw = open(path, O_RDONLY | O_CLOEXEC)
          guard raw >= 0 else { throw SocketFailure.system(call: "open \(path)", errno: errno) }
          return FileDescriptor(owning: raw)
        }
      }
      return NetworkNamespace(owning: try opened.get(), path: "without a name")
    } catch {
      throw NetlinkError(request: "create a network namespace without a name", cause: error.cause(.zero))
    }
  }

  /// The descriptor, for calls that take one (IFLA_NET_NS_FD, `setns`); valid as long as this object lives.
  public var fileDescriptor: Int32 { descriptor.rawValue }

  /// The number by which the kernel knows the namespace: two objects with the same one are the same namespace.
  public func inode() throws(NetlinkError) -> UInt64 {
    var status = stat()
    guard fstat(fileDescriptor, &status) == 0 else {
      throw NetlinkError(request: "look at \(self)", cause: .system(call: "fstat", errno: errno))
    }
    return UInt64(status.st_ino)
  }

  /// The path of a name, refusing names that would leave the directory.
  static func path(ofName name: String) throws(NetlinkError) -> String {
    guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= 255,
      name.utf8.allSatisfy({ $0 != UInt8(ascii: "/") && $0 != 0 })
    else {
      throw NetlinkError(
        request: "name network namespace \"\(name)\"",
        cause: .invalid("a name has 1 to 255 bytes, is not \".\" or \"..\" and holds no \"/\""))
    }
    return "\(directory)/\(name)"
  }
}

extension NetworkNamespace: CustomStringConvertible {
  public var description: String { "network namespace \(path)" }
}
