/// What the kernel says about a program (`struct bpf_prog_info`, linux/bpf.h).
public struct ProgramInfo: Sendable, Hashable {
  public let id: UInt32
  public let type: ProgramType
  /// A digest of the instructions as they were loaded, whatever maps they refer to (`bpf_prog_calc_tag`).
  public let tag: UInt64
  /// At most 15 characters.
  public let name: String
  /// Bytes of the program after the verifier's rewriting.
  public let translatedSize: Int
  /// Bytes of machine code; 0 is interpreted.
  public let machineCodeSize: Int
  /// Instructions that the verifier went through, every path counted; 0 before kernel 5.16.
  public let verifiedInstructions: Int
  /// The maps it refers to.
  public let maps: [UInt32]
  /// Number of its BTF; 0 is none.
  public let btf: UInt32
  /// Line records the kernel keeps; 0 is none.
  public let lineCount: Int
  /// Time and number of runs, while `kernel.bpf_stats_enabled` is set.
  public let runNanoseconds: UInt64
  public let runCount: UInt64

  init(_ descriptor: Descriptor, subject: String) throws(KernelError) {
    let info = try ProgramInfo.read(descriptor, subject) { _ in }
    type = ProgramType(rawValue: info.load(UInt32.self, at: 0))
    id = info.load(UInt32.self, at: 4)
    tag = info.load(UInt64.self, at: 8)
    machineCodeSize = Int(info.load(UInt32.self, at: 16))
    translatedSize = Int(info.load(UInt32.self, at: 20))
    name = String(decoding: info.bytes(64..<80).prefix { $0 != 0 }, as: UTF8.self)
    btf = info.load(UInt32.self, at: 128)
    lineCount = Int(info.load(UInt32.self, at: 148))
    runNanoseconds = info.load(UInt64.self, at: 192)
    runCount = info.load(UInt64.self, at: 200)
    verifiedInstructions = Int(info.load(UInt32.self, at: 216))
    maps = try ProgramInfo.maps(descriptor, subject, count: Int(info.load(UInt32.self, at: 52)))
  }

  static func translated(_ descriptor: Descriptor, subject: String) throws(KernelError) -> [Instruction] {
    let size = Int(try read(descriptor, subject) { _ in }.load(UInt32.self, at: 20))
    let memory = NativeBuffer(count: size)
    let info = try read(descriptor, subject) { info in
      info.store(UInt32(size), at: 20)
      info.store(memory.address, at: 32)
    }
    guard info.load(UInt64.self, at: 32) != 0 else {
      throw KernelError(
        "dump", subject,
        detail: "the kernel shows translated programs only with CAP_PERFMON, and not with kptr_restrict 2")
    }
    let bytes = memory.bytes(0..<size)
    return stride(from: 0, to: size, by: Instruction.size).compactMap { Instruction(bytes, at: $0) }
  }

  private static func maps(_ descriptor: Descriptor, _ subject: String, count: Int) throws(KernelError) -> [UInt32] {
    guard count > 0 else { return [] }
    let memory = NativeBuffer(count: count * 4)
    _ = try read(descriptor, subject) { info in
      info.store(UInt32(count), at: 52)
      info.store(memory.address, at: 56)
    }
    return (0..<count).map { memory.load(UInt32.self, at: $0 * 4) }
  }

  /// `prepare` puts in where the kernel is to write arrays.
  private static func read(
    _ descriptor: Descriptor, _ subject: String, _ prepare: (NativeBuffer) -> Void
  ) throws(KernelError) -> NativeBuffer {
    let info = NativeBuffer(count: size)
    prepare(info)
    do {
      try objectInfo(descriptor, info, size: size)
    } catch {
      throw KernelError("ask about", subject, errno: error)
    }
    return info
  }

  private static let size = 232
}
