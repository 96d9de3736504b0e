import Glibc

extension NetworkNamespace {
  /// Runs a closure on a thread of its own inside the namespace, and waits for it.
  ///
  /// Only the network namespace differs there: files, mounts, cgroups and pins are the caller's. Sockets opened in the
  /// closure stay in the namespace wherever they are used later.
  public func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) throws(NetlinkError) -> Value {
    do throws(SocketFailure) {
      let entered = try DedicatedThread.run { [self] in
        Result { () throws(SocketFailure) in
          try NamespaceSystemCalls.enter(fileDescriptor)
          return body()
        }
      }
      return try entered.get()
    } catch {
      throw NetlinkError(request: "enter \(self)", cause: error.cause(.zero))
    }
  }

  /// Runs a closure that may throw on a thread of its own inside the namespace, and waits for it.
  public func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let outcome: Result<Value, any Error> = try run { Result { try body() } }
    return try outcome.get()
  }

  /// Opens a socket inside the namespace; the caller closes it. Any thread may use it.
  ///
  /// - Parameters: as for `socket(2)`; SOCK_CLOEXEC is added to the type.
  public func socket(domain: Int32, type: Int32, protocol number: Int32 = 0) throws(NetlinkError) -> Int32 {
    let (raw, code) = try run { () -> (Int32, Int32) in
      let raw = Glibc.socket(domain, type | Int32(SOCK_CLOEXEC.rawValue), number)
      return (raw, errno)
    }
    guard raw >= 0 else {
      throw NetlinkError(request: "open a socket in \(self)", cause: .system(call: "socket", errno: code))
    }
    return raw
  }
}
