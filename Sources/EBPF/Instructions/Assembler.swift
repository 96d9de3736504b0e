/// Typed instructions and labels in, a program's instructions and references out.
///
/// ```swift
/// var code = Assembler()
/// code.load(.word, .r2, .r1, 0)               // r2 = skb->len
/// code.jump(.greater, .r2, 1500, to: "drop")
/// code.move(.r0, 0)
/// code.exit()
/// code.label("drop")
/// code.move(.r0, 2)
/// code.exit()
/// let program = try code.program("limit", type: .schedulerClassifier)
/// ```
public struct Assembler: Sendable {
  var instructions: [Instruction] = []
  var references: [Reference] = []
  private var labels: [String: Int] = [:]
  private var jumps: [(instruction: Int, label: String)] = []
  private var duplicates: [String] = []

  public init() {}

  /// How many instructions there are; a wide load counts two.
  public var count: Int { instructions.count }

  /// Names the place of the next instruction.
  public mutating func label(_ name: String) {
    if labels.updateValue(instructions.count, forKey: name) != nil { duplicates.append(name) }
  }

  public mutating func append(_ instruction: Instruction) { instructions.append(instruction) }

  /// The instructions with every label turned into a distance.
  ///
  /// - Throws: for a label that is missing, there twice, or further away than 16 bits reach.
  public func assemble() throws(AssemblyError) -> [Instruction] {
    if let name = duplicates.first { throw AssemblyError("label \(name) is defined twice") }
    var result = instructions
    for jump in jumps {
      guard let target = labels[jump.label] else { throw AssemblyError("no label \(jump.label)") }
      let distance = target - jump.instruction - 1
      if result[jump.instruction].isWide || result[jump.instruction].isCall {
        result[jump.instruction].immediate = Int32(truncatingIfNeeded: distance)
        continue
      }
      guard let offset = Int16(exactly: distance) else {
        throw AssemblyError("label \(jump.label) is \(distance) instructions away, a jump reaches 32,767")
      }
      result[jump.instruction].offset = offset
    }
    return result
  }

  /// The assembled program.
  public func program(
    _ name: String, type: ProgramType, attach: AttachType? = nil, license: String = "GPL"
  ) throws(AssemblyError) -> ProgramSpec {
    ProgramSpec(
      name: name, type: type, attach: attach, license: license, instructions: try assemble(), references: references)
  }

  mutating func appendJump(_ instruction: Instruction, to label: String) {
    jumps.append((instructions.count, label))
    instructions.append(instruction)
  }
}

/// An assembly that cannot be: one sentence.
public struct AssemblyError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
