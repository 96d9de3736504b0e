/// One BPF instruction, 8 bytes (`struct bpf_insn`, linux/bpf.h; RFC 9669).
public struct Instruction: Hashable, Sendable {
  public var opcode: UInt8
  public var destination: Register
  public var source: Register
  /// Jump distance in instructions from the next one, or byte offset of a memory access.
  public var offset: Int16
  public var immediate: Int32

  public init(
    opcode: UInt8, destination: Register = .r0, source: Register = .r0, offset: Int16 = 0, immediate: Int32 = 0
  ) {
    self.opcode = opcode
    self.destination = destination
    self.source = source
    self.offset = offset
    self.immediate = immediate
  }

  /// Its size in bytes.
  public static let size = 8

  /// From the 8 little-endian bytes at `offset` of `bytes`; nil when they are not all there.
  public init?(_ bytes: [UInt8], at offset: Int = 0) {
    guard offset >= 0, bytes.count >= Instruction.size, offset <= bytes.count - Instruction.size else { return nil }
    self.init(
      opcode: bytes[offset],
      destination: Register(rawValue: bytes[offset + 1] & 0xf),
      source: Register(rawValue: bytes[offset + 1] >> 4),
      offset: Int16(bitPattern: UInt16(bytes[offset + 2]) | UInt16(bytes[offset + 3]) << 8),
      immediate: Int32(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[offset + 4 + $1]) << (8 * UInt32($1)) }))
  }

  /// The 8 bytes, little-endian.
  public var bytes: [UInt8] {
    let offset = UInt16(bitPattern: offset)
    let immediate = UInt32(bitPattern: immediate)
    return [
      opcode, destination.rawValue & 0xf | source.rawValue << 4, UInt8(truncatingIfNeeded: offset),
      UInt8(offset >> 8),
    ] + (0..<4).map { UInt8(truncatingIfNeeded: immediate >> (8 * $0)) }
  }

  /// Whether this is the first half of a 16-byte load of a 64-bit immediate (`BPF_LD | BPF_IMM | BPF_DW`).
  public var isWide: Bool { opcode == Opcode.loadImmediate64 }

  /// Whether this calls anything: helper, subprogram or kernel function.
  public var isCall: Bool { opcode == Opcode.call }

  /// In a translated program: the id of the map that this loads the address of, or of a value in.
  public var translatedMap: UInt32? {
    guard isWide, source == PseudoLoad.map || source == PseudoLoad.mapValue else { return nil }
    return UInt32(bitPattern: immediate)
  }

  /// In a translated program: whether this is a tail call.
  public var isTailCall: Bool { calledHelper == .tailCall }

  /// Which helper this calls, if any. Translated programs show an address in its place, but for tail calls.
  public var calledHelper: Helper? {
    isCall && source.rawValue == PseudoCall.helper ? Helper(rawValue: immediate) : nil
  }
}

/// Opcodes that the linker must know.
enum Opcode {
  /// BPF_LD | BPF_IMM | BPF_DW
  static let loadImmediate64: UInt8 = 0x18
  /// BPF_JMP | BPF_CALL
  static let call: UInt8 = 0x85
  /// BPF_JMP | BPF_EXIT
  static let exit: UInt8 = 0x95
}

/// Meanings of the source register of a call.
enum PseudoCall {
  static let helper: UInt8 = 0
  /// BPF_PSEUDO_CALL
  static let subprogram: UInt8 = 1
  /// BPF_PSEUDO_KFUNC_CALL
  static let kernelFunction: UInt8 = 2
}

/// Meanings of the source register of a wide load.
enum PseudoLoad {
  /// BPF_PSEUDO_MAP_FD
  static let map = Register(rawValue: 1)
  /// BPF_PSEUDO_MAP_VALUE
  static let mapValue = Register(rawValue: 2)
  /// BPF_PSEUDO_FUNC
  static let function = Register(rawValue: 4)
}

/// A register: `r0` is the result, `r1` to `r5` are arguments, `r6` to `r9` survive calls, `r10` is the frame.
public struct Register: RawRepresentable, Hashable, Sendable {
  /// 0 to 10; the encoding has room up to 15.
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let r0 = Register(rawValue: 0)
  public static let r1 = Register(rawValue: 1)
  public static let r2 = Register(rawValue: 2)
  public static let r3 = Register(rawValue: 3)
  public static let r4 = Register(rawValue: 4)
  public static let r5 = Register(rawValue: 5)
  public static let r6 = Register(rawValue: 6)
  public static let r7 = Register(rawValue: 7)
  public static let r8 = Register(rawValue: 8)
  public static let r9 = Register(rawValue: 9)
  public static let r10 = Register(rawValue: 10)
}
