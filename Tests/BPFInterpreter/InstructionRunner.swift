import EBPF

/// Thrown by a tail call that finds a program: nothing of the caller is left.
public struct NextProgram: Error {
  let instructions: [Instruction]
  public init(_ instructions: [Instruction]) { self.instructions = instructions }
}

/// Executes a program's instructions one by one (RFC 9669) on real memory, and counts them. Which helpers there are is a subclass's
/// to say.
open class InstructionRunner {
  public private(set) var instructions: [Instruction]
  public let input: any ProgramInput
  /// Instructions so far; a wide load is one.
  public private(set) var executed = 0
  /// The helpers that were called, by number.
  public private(set) var helpers: Set<Int32> = []

  private let stack: UnsafeMutableRawPointer
  private var depth = 0

  /// As in the kernel (MAX_BPF_STACK, MAX_CALL_FRAMES).
  private static let frameSize = 512
  private static let frames = 8
  /// What nobody has written yet, or may use no more.
  private static let rubbish: UInt64 = 0xa5a5_a5a5_a5a5_a5a5

  /// `instructions` have addresses where they refer to maps and data.
  public init(_ instructions: [Instruction], on input: any ProgramInput) {
    self.instructions = instructions
    self.input = input
    stack = .allocate(byteCount: Self.frameSize * Self.frames, alignment: 8)
    stack.initializeMemory(as: UInt8.self, repeating: 0xa5, count: Self.frameSize * Self.frames)
  }

  deinit { stack.deallocate() }

  /// Calls the helper of that number; arguments and result are as they are in registers.
  open func help(_ number: Int32, _ arguments: [UInt64]) throws -> UInt64 {
    throw InterpreterFailure("helper \(number) is not known")
  }

  /// Runs the program to its end, or that of the last one that it goes on to.
  public func run() throws -> Int32 {
    while true {
      do {
        return Int32(truncatingIfNeeded: Int64(bitPattern: try call(0, [input.address])))
      } catch let next as NextProgram {
        instructions = next.instructions
        stack.initializeMemory(as: UInt8.self, repeating: 0xa5, count: Self.frameSize * Self.frames)
      }
    }
  }

  /// Runs a function of the program; its result.
  public func call(_ start: Int, _ arguments: [UInt64]) throws -> UInt64 {
    guard depth < Self.frames else { throw InterpreterFailure("calls nest too deeply") }
    depth += 1
    defer { depth -= 1 }
    var registers = [UInt64](repeating: Self.rubbish, count: 11)
    registers.replaceSubrange(1..<1 + arguments.count, with: arguments)
    registers[10] = UInt64(UInt(bitPattern: stack + Self.frameSize * depth))
    var next = start
    while true {
      guard instructions.indices.contains(next) else { throw InterpreterFailure("runs out of the program") }
      let instruction = instructions[next]
      next += 1
      executed += 1
      if instruction.opcode == 0x95 { return registers[0] }
      next += try execute(instruction, at: next, &registers)
    }
  }

  /// Does one instruction; how many to skip after it.
  private func execute(_ instruction: Instruction, at next: Int, _ registers: inout [UInt64]) throws -> Int {
    switch instruction.opcode & 0x07 {
    case 0x00:
      let (low, high) = (instruction.immediate, instructions[next].immediate)
      registers[instruction.to] = UInt64(UInt32(bitPattern: low)) | UInt64(UInt32(bitPattern: high)) << 32
      return 1
    case 0x01, 0x02, 0x03:
      try access(instruction, &registers)
      return 0
    case 0x04, 0x07:
      registers[instruction.to] = try instruction.result(registers)
      return 0
    case 0x05 where instruction.isCall:
      registers[0] = try callee(instruction, at: next, Array(registers[1...5]))
      for register in 1...5 { registers[register] = Self.rubbish }
      return 0
    default: return try instruction.jumps(registers) ? Int(instruction.offset) : 0
    }
  }

  private func callee(_ instruction: Instruction, at next: Int, _ arguments: [UInt64]) throws -> UInt64 {
    switch instruction.source.rawValue {
    case 0:
      helpers.insert(instruction.immediate)
      return try help(instruction.immediate, arguments)
    case 1: return try call(next + Int(instruction.immediate), arguments)
    default: throw InterpreterFailure("calls a function of the kernel")
    }
  }

  // MARK: Memory

  private func access(_ instruction: Instruction, _ registers: inout [UInt64]) throws {
    guard let width = AccessWidth(rawValue: instruction.opcode & 0x18) else { throw instruction.unknown }
    let isLoad = instruction.opcode & 0x07 == 0x01
    let base = registers[isLoad ? instruction.from : instruction.to]
    let place = base &+ UInt64(bitPattern: Int64(instruction.offset))
    switch (instruction.opcode & 0xe0, instruction.opcode & 0x07) {
    case (0x60, 0x01): registers[instruction.to] = try load(width, place)
    case (0x60, 0x02): try store(width, place, UInt64(bitPattern: Int64(instruction.immediate)))
    case (0x60, 0x03): try store(width, place, registers[instruction.from])
    // BPF_ATOMIC with BPF_ADD, and nothing fetched.
    case (0xc0, 0x03) where instruction.immediate == 0:
      try store(width, place, try load(width, place) &+ registers[instruction.from])
    default: throw instruction.unknown
    }
  }

  private func load(_ width: AccessWidth, _ place: UInt64) throws -> UInt64 {
    if let field = try input.load(width, place) { return field }
    let memory = try Self.memory(place)
    switch width {
    case .byte: return UInt64(memory.load(as: UInt8.self))
    case .half: return UInt64(memory.loadUnaligned(as: UInt16.self))
    case .word: return UInt64(memory.loadUnaligned(as: UInt32.self))
    case .double: return memory.loadUnaligned(as: UInt64.self)
    }
  }

  private func store(_ width: AccessWidth, _ place: UInt64, _ value: UInt64) throws {
    if try input.store(width, place, value) { return }
    let memory = try Self.memory(place)
    switch width {
    case .byte: memory.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
    case .half: memory.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
    case .word: memory.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
    case .double: memory.storeBytes(of: value, as: UInt64.self)
    }
  }

  /// The verifier has proved that addresses are good; one in the first page is this interpreter's own mistake.
  public static func memory(_ address: UInt64) throws -> UnsafeMutableRawPointer {
    guard address >= 4096, let memory = UnsafeMutableRawPointer(bitPattern: UInt(address)) else {
      throw InterpreterFailure("no memory is at \(address)")
    }
    return memory
  }
}
