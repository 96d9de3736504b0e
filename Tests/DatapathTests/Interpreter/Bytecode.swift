import BPFInterpreter
import DataplaneABI
import Datapath
import DatapathPrograms
import EBPF
import KernelRuntime

/// The compiled object, ready to be interpreted: maps and data have addresses, callbacks have numbers.
///
/// Nothing changes once it is made.
final class Bytecode: @unchecked Sendable {
  typealias Failure = InterpreterFailure

  /// A program with all its subprograms.
  struct Program {
    let name: String
    let instructions: [Instruction]
  }

  /// The programs that tail calls find.
  private var slots: [UInt32: Program] = [:]

  private let spec: ObjectSpec
  /// Where the data sections are in memory.
  private var sections: [String: UnsafeMutableRawPointer] = [:]
  private var programs: [String: Program] = [:]

  private static let usual = Result { try Bytecode(isResizing: false) }
  private static let resizing = Result { try Bytecode(isResizing: true) }

  /// The object as it is loaded, usually or while the conntrack tables are resized.
  static func loaded(isResizing: Bool = false) throws -> Bytecode { try (isResizing ? resizing : usual).get() }

  private init(isResizing: Bool) throws {
    var spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    try spec.setConstant("resizing", UInt32(isResizing ? 1 : 0))
    self.spec = spec
    for section in spec.data {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: max(section.bytes.count, 8), alignment: 8)
      memory.copyMemory(from: section.bytes, byteCount: section.bytes.count)
      sections[section.name] = memory
    }
    for definition in Self.maps {
      guard let map = spec.map(definition.name), Int(map.keySize) == definition.keySize,
        Int(map.valueSize) == definition.valueSize
      else { throw Failure("the object has no map like \(definition.name)") }
    }
    for program in spec.programs {
      let linked = try link(program)
      programs[program.name] = linked
      if let slot = program.slot { slots[slot.index] = linked }
    }
  }

  deinit { for memory in sections.values { memory.deallocate() } }

  func program(_ name: String) throws -> Program {
    guard let program = programs[name] else { throw Failure("the object has no program \(name)") }
    return program
  }

  /// The object's own program in a slot of `cali_policy`.
  func program(at slot: UInt32) -> Program? { slots[slot] }

  /// The numbers of all helpers that any program calls.
  var helpers: Set<Int32> {
    Set(programs.values.flatMap(\.instructions).compactMap { $0.calledHelper?.rawValue })
  }

  // MARK: Addresses that are none

  /// Maps and callbacks are only ever handed to helpers.
  private static let mapBase: UInt64 = 0x6d61_7000_0000
  private static let callbackBase: UInt64 = 0x6675_6e00_0000

  static func map(at address: UInt64) throws -> MapDefinition {
    guard let index = Int(exactly: address &- mapBase), maps.indices.contains(index) else {
      throw Failure("no map is at \(address)")
    }
    return maps[index]
  }

  private static let maps = DatapathMaps.all + [DatapathMaps.programs]

  /// The first instruction of a callback.
  static func callback(at address: UInt64) throws -> Int {
    guard let index = Int(exactly: address &- callbackBase) else { throw Failure("no code is at \(address)") }
    return index
  }

  // MARK: Linking

  private func link(_ program: ProgramSpec) throws -> Program {
    var instructions = program.instructions
    for reference in program.references {
      try set(&instructions, reference.instruction, to: try address(of: reference, in: instructions))
    }
    // BPF_PSEUDO_FUNC: a callback, as far away from here as the immediate says.
    for index in instructions.indices where instructions[index].isWide && instructions[index].source.rawValue == 4 {
      let target = index + 1 + Int(instructions[index].immediate)
      try set(&instructions, index, to: Self.callbackBase + UInt64(target))
    }
    return Program(name: program.name, instructions: instructions)
  }

  private func address(of reference: Reference, in instructions: [Instruction]) throws -> UInt64 {
    switch reference.target {
    case .map(let name):
      guard let index = Self.maps.firstIndex(where: { $0.name == name }) else { throw Failure("no map \(name)") }
      return Self.mapBase + UInt64(index)
    case .data(let name):
      guard let section = sections[name] else { throw Failure("no section \(name)") }
      let offset = Int(instructions[reference.instruction + 1].immediate)
      return UInt64(UInt(bitPattern: section + offset))
    case .kernelFunction(let name): throw Failure("kernel function \(name)")
    }
  }

  /// Makes a wide load one of a plain number.
  private func set(_ instructions: inout [Instruction], _ index: Int, to value: UInt64) throws {
    guard instructions[index].isWide, index + 1 < instructions.count else { throw Failure("no wide load at \(index)") }
    instructions[index].source = .r0
    instructions[index].immediate = Int32(truncatingIfNeeded: value)
    instructions[index + 1].immediate = Int32(truncatingIfNeeded: value >> 32)
  }
}
