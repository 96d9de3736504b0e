import Glibc

extension NetworkNamespace {
  /// Writes a kernel parameter of this namespace.
  ///
  /// - Parameter name: the path below /proc/sys, with slashes ("net/ipv4/conf/all/forwarding"); interface names may
  ///   hold dots, so dots are not taken as separators.
  public func writeSysctl(_ name: String, _ value: String) throws(NetlinkError) {
    let path = try Self.sysctlPath(name)
    let code = try run { () -> Int32 in
      let file = open(path, O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { return errno }
      defer { close(file) }
      return write(file, value, value.utf8.count) == value.utf8.count ? 0 : errno
    }
    guard code == 0 else {
      throw NetlinkError(
        request: "set sysctl \(name) to \(value) in \(self)", cause: .system(call: "write \(path)", errno: code))
    }
  }

  /// Reads a kernel parameter of this namespace, without the newline at its end.
  public func readSysctl(_ name: String) throws(NetlinkError) -> String {
    let path = try Self.sysctlPath(name)
    let (text, code) = try run { () -> (String, Int32) in
      let file = open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return ("", errno) }
      defer { close(file) }
      // The kernel gives at most a page at once.
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(file, &buffer, buffer.count)
      guard count >= 0 else { return ("", errno) }
      let line = buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
      return (String(decoding: line, as: UTF8.self), 0)
    }
    guard code == 0 else {
      throw NetlinkError(request: "read sysctl \(name) in \(self)", cause: .system(call: "read \(path)", errno: code))
    }
    return text
  }

  /// Which namespace /proc/sys/net shows is decided by the thread that opens the file.
  private static func sysctlPath(_ name: String) throws(NetlinkError) -> String {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 1, parts.first == "net", parts.allSatisfy({ !$0.isEmpty && $0 != ".." && $0 != "." }) else {
      throw NetlinkError(
        request: "find sysctl \"\(name)\"",
        cause: .invalid("a name is a path below /proc/sys that starts with net/, such as net/ipv4/ip_forward"))
    }
    return "/proc/sys/\(name)"
  }
}
