extension Assembler {
  /// `destination operation= source`.
  public mutating func arithmetic(
    _ operation: Arithmetic, _ destination: Register, _ source: Register, _ width: OperandWidth = .bits64
  ) {
    append(
      Instruction(
        opcode: operation.rawValue | width.arithmeticClass | registerSource, destination: destination, source: source))
  }

  /// `destination operation= immediate`; the immediate is sign-extended to 64 bits.
  public mutating func arithmetic(
    _ operation: Arithmetic, _ destination: Register, _ immediate: Int32, _ width: OperandWidth = .bits64
  ) {
    append(
      Instruction(opcode: operation.rawValue | width.arithmeticClass, destination: destination, immediate: immediate))
  }

  public mutating func move(_ destination: Register, _ source: Register) { arithmetic(.move, destination, source) }
  public mutating func move(_ destination: Register, _ immediate: Int32) { arithmetic(.move, destination, immediate) }

  /// `destination` from little-endian to big-endian or back, of 16, 32 or 64 bits.
  public mutating func swapToBigEndian(_ destination: Register, bits: Int32) {
    append(Instruction(opcode: 0xdc, destination: destination, immediate: bits))
  }

  /// `destination = *(source + offset)`.
  public mutating func load(_ width: AccessWidth, _ destination: Register, _ source: Register, _ offset: Int16) {
    append(Instruction(opcode: 0x61 | width.rawValue, destination: destination, source: source, offset: offset))
  }

  /// `*(destination + offset) = source`.
  public mutating func store(_ width: AccessWidth, _ destination: Register, _ offset: Int16, _ source: Register) {
    append(Instruction(opcode: 0x63 | width.rawValue, destination: destination, source: source, offset: offset))
  }

  /// `*(destination + offset) = immediate`.
  public mutating func store(_ width: AccessWidth, _ destination: Register, _ offset: Int16, _ immediate: Int32) {
    append(Instruction(opcode: 0x62 | width.rawValue, destination: destination, offset: offset, immediate: immediate))
  }

  /// `*(destination + offset) += source`, atomically; word or double.
  public mutating func atomicAdd(_ width: AccessWidth, _ destination: Register, _ offset: Int16, _ source: Register) {
    append(Instruction(opcode: 0xc3 | width.rawValue, destination: destination, source: source, offset: offset))
  }

  /// A 64-bit constant; two instructions.
  public mutating func loadConstant(_ destination: Register, _ value: UInt64) {
    appendWide(
      destination, .r0, Int32(truncatingIfNeeded: Int64(bitPattern: value)),
      Int32(truncatingIfNeeded: Int64(bitPattern: value >> 32)))
  }

  /// A map of the object by name; two instructions.
  public mutating func loadMap(_ destination: Register, _ name: String) {
    references.append(Reference(instruction: count, target: .map(name)))
    appendWide(destination, PseudoLoad.map, 0, 0)
  }

  /// The address of byte `offset` of a data section, as `.rodata`; two instructions.
  public mutating func loadData(_ destination: Register, section: String, offset: Int32 = 0) {
    references.append(Reference(instruction: count, target: .data(section)))
    appendWide(destination, PseudoLoad.mapValue, 0, offset)
  }

  public mutating func jump(to label: String) { appendJump(Instruction(opcode: 0x05), to: label) }

  /// Jumps when `left condition right`.
  public mutating func jump(
    _ condition: Condition, _ left: Register, _ right: Register, _ width: OperandWidth = .bits64, to label: String
  ) {
    let opcode = condition.rawValue | width.jumpClass | registerSource
    appendJump(Instruction(opcode: opcode, destination: left, source: right), to: label)
  }

  /// Jumps when `left condition right`; the immediate is sign-extended to 64 bits.
  public mutating func jump(
    _ condition: Condition, _ left: Register, _ right: Int32, _ width: OperandWidth = .bits64, to label: String
  ) {
    appendJump(
      Instruction(opcode: condition.rawValue | width.jumpClass, destination: left, immediate: right), to: label)
  }

  public mutating func call(_ helper: Helper) {
    append(Instruction(opcode: Opcode.call, immediate: helper.rawValue))
  }

  /// A call of the subprogram that starts at `label`.
  public mutating func call(subprogram label: String) {
    appendJump(
      Instruction(opcode: Opcode.call, source: Register(rawValue: PseudoCall.subprogram)), to: label)
  }

  /// A call of a kernel function (kfunc) by its name in the kernel's BTF.
  public mutating func call(kernelFunction name: String) {
    references.append(Reference(instruction: count, target: .kernelFunction(name)))
    append(Instruction(opcode: Opcode.call, source: Register(rawValue: PseudoCall.kernelFunction)))
  }

  public mutating func exit() { append(Instruction(opcode: Opcode.exit)) }

  private mutating func appendWide(_ destination: Register, _ source: Register, _ low: Int32, _ high: Int32) {
    append(
      Instruction(opcode: Opcode.loadImmediate64, destination: destination, source: source, immediate: low))
    append(Instruction(opcode: 0, immediate: high))
  }
}

/// BPF_X: the operand is a register.
private let registerSource: UInt8 = 0x08

extension OperandWidth {
  /// BPF_ALU64 or BPF_ALU.
  fileprivate var arithmeticClass: UInt8 { self == .bits64 ? 0x07 : 0x04 }
  /// BPF_JMP or BPF_JMP32.
  fileprivate var jumpClass: UInt8 { self == .bits64 ? 0x05 : 0x06 }
}
