import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// How many of the frontend's backends may be chosen: those of the first ordinals.
  @inline(__always) static func eligibleCount(_ frontend: UnsafeMutablePointer<Frontend>) -> UInt32 {
    let localOnly = frontend.pointee.flags.rawValue & FrontendFlags.internalLocal.rawValue != 0
    return localOnly ? frontend.pointee.localCount : frontend.pointee.count
  }

  /// One of the frontend's backends, each as likely as the next.
  @inline(__always)
  static func drawBackend(of frontend: UnsafeMutablePointer<Frontend>) throws(Drop) -> BackendKey {
    let count = eligibleCount(frontend)
    guard count > 0 else { throw .noBackend }
    return BackendKey(id: frontend.pointee.id, ordinal: Kernel.random() % count)
  }
}
