/// `union bpf_attr` as bytes, set by offset: one type serves every command and every kernel's idea of the union.
struct Attributes {
  private var bytes: [UInt8]
  /// What pointers in `bytes` point to, kept until the call is over.
  private var buffers: [NativeBuffer] = []
  /// What numbers in `bytes` stand for, likewise.
  private var descriptors: [Descriptor] = []

  init(size: Int) { bytes = [UInt8](repeating: 0, count: size) }

  mutating func set<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
    bytes.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: offset, as: T.self) }
  }

  /// Stores the descriptor's number and keeps it open.
  mutating func set(_ descriptor: Descriptor, at offset: Int) {
    descriptors.append(descriptor)
    set(descriptor.rawValue, at: offset)
  }

  /// Stores the buffer's address and keeps the buffer alive.
  mutating func set(_ buffer: NativeBuffer, at offset: Int) {
    buffers.append(buffer)
    set(buffer.address, at: offset)
  }

  /// An object's name: 15 bytes, of the characters the kernel takes (`bpf_obj_name_cpy`), others as `_`.
  mutating func setName(_ name: String, at offset: Int) {
    for (index, byte) in kernelName(name).utf8.enumerated() { bytes[offset + index] = byte }
  }

  func get<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
  }

  @discardableResult
  mutating func call(_ command: Command) throws(Errno) -> Int32 {
    let kept = (buffers, descriptors)
    defer { withExtendedLifetime(kept) {} }
    let size = bytes.count
    return try bytes.withUnsafeMutableBytes { raw -> Result<Int32, Errno> in
      guard let base = raw.baseAddress else { return .failure(.invalidArgument) }
      return SystemCall.bpf(command, base, size: size)
    }.get()
  }

  /// A call that returns a new file descriptor.
  mutating func open(_ command: Command) throws(Errno) -> Descriptor { Descriptor(owning: try call(command)) }
}

/// `name` as the kernel stores it: at most 15 bytes of letters, digits, `_` and `.`.
func kernelName(_ name: String) -> String {
  let allowed = name.utf8.prefix(15).map { byte -> UInt8 in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
      return byte
    default: return UInt8(ascii: "_")
    }
  }
  return String(decoding: allowed, as: UTF8.self)
}
