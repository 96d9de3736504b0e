/// Memory with a fixed address, for the pointers inside `union bpf_attr`. Freed with the last reference.
final class NativeBuffer {
  private let storage: UnsafeMutableRawBufferPointer

  /// `count` zero bytes, 8-byte aligned; at least one, so that there is an address.
  init(count: Int) {
    storage = .allocate(byteCount: max(count, 1), alignment: 8)
    storage.initializeMemory(as: UInt8.self, repeating: 0)
  }

  convenience init(_ bytes: [UInt8]) {
    self.init(count: bytes.count)
    storage.copyBytes(from: bytes)
  }

  /// A C string.
  convenience init(_ text: String) { self.init(Array(text.utf8) + [0]) }

  deinit { storage.deallocate() }

  var address: UInt64 { UInt64(UInt(bitPattern: storage.baseAddress)) }
  var count: Int { storage.count }

  /// The bytes of `range`, cut to what there is.
  func bytes(_ range: Range<Int>) -> [UInt8] { Array(storage[range.clamped(to: 0..<storage.count)]) }

  /// The address `offset` bytes in, which must lie inside.
  func pointer(_ offset: Int) -> UnsafeMutableRawPointer? { storage.baseAddress?.advanced(by: offset) }

  /// The value at `offset`, which must lie inside.
  func load<T: BitwiseCopyable>(_ type: T.Type, at offset: Int = 0) -> T {
    storage.loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// Stores `value` at `offset`, where it must fit.
  func store<T: BitwiseCopyable>(_ value: T, at offset: Int) {
    storage.storeBytes(of: value, toByteOffset: offset, as: T.self)
  }

  /// Everything up to the first zero byte.
  var string: String { String(decoding: storage.prefix { $0 != 0 }, as: UTF8.self) }
}
