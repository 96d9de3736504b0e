/// Memory for one value that the kernel fills in.
struct NativeValue<Value: BitwiseCopyable> {
  private var bytes = [UInt8](repeating: 0, count: max(MemoryLayout<Value>.size, 1))

  mutating func withMemory(_ body: (UnsafeMutableRawPointer?) -> Errno?) -> Errno? {
    bytes.withUnsafeMutableBytes { body($0.baseAddress) }
  }

  var value: Value { NativeValue.load(bytes) }

  /// The value that starts `bytes`, which must hold one.
  static func load(_ bytes: [UInt8]) -> Value { bytes.withUnsafeBytes { $0.loadUnaligned(as: Value.self) } }

  /// One value every `stride` bytes.
  static func all(_ bytes: [UInt8], stride: Int) -> [Value] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / max(stride, 1)).map { raw.loadUnaligned(fromByteOffset: $0 * stride, as: Value.self) }
    }
  }
}
