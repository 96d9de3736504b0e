import Glibc

/// `setns(2)` and `unshare(2)`, which the Glibc module does not show (they need _GNU_SOURCE), found by name.
enum NamespaceSystemCalls {
  /// CLONE_NEWNET of `linux/sched.h`.
  private static let networkNamespaceFlag: Int32 = 0x4000_0000

  /// Moves the calling thread into a network namespace.
  static func enter(_ descriptor: Int32) throws(SocketFailure) {
    typealias SetNamespace = @convention(c) (Int32, Int32) -> Int32
    let call = try function("setns", as: SetNamespace.self)
    guard call(descriptor, networkNamespaceFlag) == 0 else { throw SocketFailure.system(call: "setns", errno: errno) }
  }

  /// Moves the calling thread into a new network namespace.
  static func leaveForNew() throws(SocketFailure) {
    typealias Unshare = @convention(c) (Int32) -> Int32
    let call = try function("unshare", as: Unshare.self)
    guard call(networkNamespaceFlag) == 0 else { throw SocketFailure.system(call: "unshare", errno: errno) }
  }

  private static func function<Function>(_ name: String, as type: Function.Type) throws(SocketFailure) -> Function {
    guard let symbol = dlsym(nil, name) else { throw SocketFailure.system(call: name, errno: ENOSYS) }
    return unsafeBitCast(symbol, to: type)
  }
}
