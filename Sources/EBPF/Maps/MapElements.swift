/// Element operations on raw memory; callers vouch for the sizes.
struct MapElements: Sendable {
  let descriptor: Descriptor
  let subject: String
  let info: MapInfo

  /// `union bpf_attr` of the element commands.
  private struct ElementAttributes {
    var map: UInt64
    var key: UInt64
    /// Or the next key.
    var value: UInt64
    var flags: UInt64
  }

  /// One element command; nil is success.
  func call(
    _ command: Command, _ key: UnsafeRawPointer?, _ value: UnsafeMutableRawPointer?, flags: UInt64 = 0
  ) -> Errno? {
    var attributes = ElementAttributes(
      map: UInt64(UInt32(bitPattern: descriptor.rawValue)).littleEndian, key: UInt64(UInt(bitPattern: key)),
      value: UInt64(UInt(bitPattern: value)), flags: flags)
    defer { withExtendedLifetime(descriptor) {} }
    return withUnsafeMutableBytes(of: &attributes) { raw in
      guard let base = raw.baseAddress else { return .invalidArgument }
      switch SystemCall.bpf(command, base, size: raw.count) {
      case .success: return nil
      case .failure(let error): return error
      }
    }
  }

  /// Whether there was something to delete.
  func delete<Key: BitwiseCopyable>(_ key: Key) throws(KernelError) -> Bool {
    switch withUnsafeBytes(of: key, { call(.mapDelete, $0.baseAddress, nil) }) {
    case nil: return true
    case Errno.noEntry?: return false
    case let error?: throw failure("delete from", error)
    }
  }

  /// Bytes that the kernel moves for a value: all CPUs' copies of a per-CPU map.
  func transferSize() throws(KernelError) -> Int {
    info.type.isPerCPU ? info.perCPUStride * (try PossibleCPUs.count()) : info.valueSize
  }

  func failure(_ operation: String, _ errno: Errno) -> KernelError { KernelError(operation, subject, errno: errno) }
}
