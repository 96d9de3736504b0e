import EBPF

// What arithmetic and jump instructions work out (RFC 9669 sections 4 and 5).

extension Instruction {
  var to: Int { Int(destination.rawValue) }
  var from: Int { Int(source.rawValue) }
  var unknown: InterpreterFailure { InterpreterFailure("instruction \(self) is not known") }

  /// BPF_X: the second operand is a register.
  private func operand(_ registers: [UInt64]) -> UInt64 {
    opcode & 0x08 != 0 ? registers[from] : UInt64(bitPattern: Int64(immediate))
  }

  /// What the destination becomes; the upper half is zero after 32-bit arithmetic.
  func result(_ registers: [UInt64]) throws -> UInt64 {
    let is64 = opcode & 0x07 == 0x07
    let (left, right) = (registers[to], operand(registers))
    if opcode == 0xdc || opcode == 0xd4 { return try ordered(left, big: opcode == 0xdc) }
    // Signed division and sign-extending moves have an offset.
    guard offset == 0, let operation = Arithmetic(rawValue: opcode & 0xf0) else { throw unknown }
    return is64
      ? operation.apply(left, right)
      : UInt64(operation.apply(UInt32(truncatingIfNeeded: left), UInt32(truncatingIfNeeded: right)))
  }

  private func ordered(_ value: UInt64, big: Bool) throws -> UInt64 {
    switch immediate {
    case 16:
      let half = UInt16(truncatingIfNeeded: value)
      return UInt64(big ? half.bigEndian : half)
    case 32:
      let word = UInt32(truncatingIfNeeded: value)
      return UInt64(big ? word.bigEndian : word)
    case 64: return big ? value.bigEndian : value
    default: throw unknown
    }
  }

  func jumps(_ registers: [UInt64]) throws -> Bool {
    if opcode == 0x05 { return true }
    guard let condition = Condition(rawValue: opcode & 0xf0) else { throw unknown }
    let (left, right) = (registers[to], operand(registers))
    return opcode & 0x07 == 0x05
      ? condition.holds(left, right)
      : condition.holds(UInt32(truncatingIfNeeded: left), UInt32(truncatingIfNeeded: right))
  }
}

/// The two widths of operands.
protocol MachineWord: FixedWidthInteger, UnsignedInteger {
  var signed: Int64 { get }
}

extension UInt32: MachineWord {
  var signed: Int64 { Int64(Int32(bitPattern: self)) }
}

extension UInt64: MachineWord {
  var signed: Int64 { Int64(bitPattern: self) }
}

extension Arithmetic {
  func apply<Word: MachineWord>(_ left: Word, _ right: Word) -> Word {
    switch self {
    case .add: left &+ right
    case .subtract: left &- right
    case .multiply: left &* right
    case .divide: right == 0 ? 0 : left / right
    case .remainder: right == 0 ? left : left % right
    case .or: left | right
    case .and: left & right
    case .xor: left ^ right
    case .shiftLeft: left &<< right
    case .shiftRight: left &>> right
    case .arithmeticShiftRight: Word(truncatingIfNeeded: left.signed >> Int(right & Word(Word.bitWidth - 1)))
    case .negate: 0 &- left
    case .move: right
    }
  }
}

extension Condition {
  func holds<Word: MachineWord>(_ left: Word, _ right: Word) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .anyBit: left & right != 0
    case .signedGreater: left.signed > right.signed
    case .signedGreaterOrEqual: left.signed >= right.signed
    case .signedLess: left.signed < right.signed
    case .signedLessOrEqual: left.signed <= right.signed
    }
  }
}
