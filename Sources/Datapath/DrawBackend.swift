import DataplaneABI
import KernelRuntime

/// The ordinals of a frontend's backends that a flow may go to.
struct BackendSpan {
  var first: UInt32
  /// The one after the last.
  var end: UInt32

  @inline(__always) func has(_ ordinal: UInt32) -> Bool { ordinal >= first && ordinal < end }

  /// One of them, each as likely as the next.
  @inline(__always) func draw(_ id: UInt32) throws(Drop) -> BackendKey {
    guard end > first else { throw .noBackend }
    return BackendKey(id: id, ordinal: first &+ Kernel.random() % (end &- first))
  }
}

extension IPFamily {
  /// Those of this node if the flow has to stay here, otherwise those of the whole cluster.
  @inline(__always)
  static func span(of frontend: UnsafeMutablePointer<Frontend>, staysHere: Bool) -> BackendSpan {
    staysHere
      ? BackendSpan(first: 0, end: frontend.pointee.localCount)
      : BackendSpan(first: frontend.pointee.clusterFirst, end: frontend.pointee.count)
  }
}
