/// A program as data: everything but the kernel's answers.
public struct ProgramSpec: Sendable, Hashable {
  public var name: String
  public var type: ProgramType
  /// The expected attach type, for program types that need one.
  public var attach: AttachType?
  /// Where tail calls find it.
  public var slot: ProgramSlot?
  /// GPL-compatible or not decides which helpers may be called.
  public var license: String
  /// The program and after it every subprogram it reaches, with the calls among them in place.
  public var instructions: [Instruction]
  /// What instructions refer to outside the program; filled in at load.
  public var references: [Reference]
  /// Where each subprogram starts, in instructions; the first is the program itself.
  public var subprograms: [Subprogram]
  /// Records of `struct bpf_func_info`, offsets counted from the program's start.
  public var functionInfo: InfoRecords
  /// Records of `struct bpf_line_info`, offsets counted from the program's start.
  public var lineInfo: InfoRecords

  public init(
    name: String, type: ProgramType, attach: AttachType? = nil, license: String = "GPL",
    instructions: [Instruction], references: [Reference] = [], subprograms: [Subprogram] = [],
    functionInfo: InfoRecords = .none, lineInfo: InfoRecords = .none
  ) {
    self.name = name
    self.type = type
    self.attach = attach
    self.license = license
    self.instructions = instructions
    self.references = references
    self.subprograms = subprograms.isEmpty ? [Subprogram(name: name, start: 0)] : subprograms
    self.functionInfo = functionInfo
    self.lineInfo = lineInfo
  }
}

/// A function inside a program's instructions.
public struct Subprogram: Sendable, Hashable {
  public let name: String
  /// Its first instruction.
  public let start: Int

  public init(name: String, start: Int) {
    self.name = name
    self.start = start
  }
}

/// An instruction that refers to something that only the kernel can number.
public struct Reference: Sendable, Hashable {
  /// What is referred to.
  public enum Target: Sendable, Hashable {
    /// A map of the object, by name.
    case map(String)
    /// A data section, by name; the offset into it stands in the wide load's second half.
    case data(String)
    /// A kernel function, by its name in the kernel's BTF.
    case kernelFunction(String)
  }

  /// Index of the instruction; of a wide load, its first half.
  public let instruction: Int
  public let target: Target

  public init(instruction: Int, target: Target) {
    self.instruction = instruction
    self.target = target
  }
}

/// Equal-sized records of BTF.ext, each starting with its instruction's offset.
public struct InfoRecords: Sendable, Hashable {
  /// Bytes a record has.
  public let recordSize: Int
  public let count: Int
  public let bytes: [UInt8]

  public static let none = InfoRecords(recordSize: 0, count: 0, bytes: [])
}
