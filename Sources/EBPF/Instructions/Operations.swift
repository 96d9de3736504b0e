/// An arithmetic operation; raw values are the high nibble of the opcode (RFC 9669 section 4.1).
public enum Arithmetic: UInt8, Sendable {
  case add = 0x00
  case subtract = 0x10
  case multiply = 0x20
  case divide = 0x30
  case or = 0x40
  case and = 0x50
  case shiftLeft = 0x60
  case shiftRight = 0x70
  case negate = 0x80
  case remainder = 0x90
  case xor = 0xa0
  case move = 0xb0
  case arithmeticShiftRight = 0xc0
}

/// When to jump; raw values are the high nibble of the opcode (RFC 9669 section 4.3). Unsigned unless named signed.
public enum Condition: UInt8, Sendable {
  case equal = 0x10
  case greater = 0x20
  case greaterOrEqual = 0x30
  /// Any bit in common.
  case anyBit = 0x40
  case notEqual = 0x50
  case signedGreater = 0x60
  case signedGreaterOrEqual = 0x70
  case less = 0xa0
  case lessOrEqual = 0xb0
  case signedLess = 0xc0
  case signedLessOrEqual = 0xd0
}

/// How many bytes a memory access moves; raw values are the size bits of the opcode (RFC 9669 section 5).
public enum AccessWidth: UInt8, Sendable {
  case word = 0x00
  case half = 0x08
  case byte = 0x10
  case double = 0x18
}

/// Whether an operation is on 64 or on 32 bits; the upper half of a 32-bit result is zero.
public enum OperandWidth: Sendable {
  case bits64
  case bits32
}
