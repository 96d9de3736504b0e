import DataplaneABI
import EBPF
import Policy
import PolicyCompiler

/// What policy programs find in a kernel beside their own maps.
public protocol PolicySurroundings: AnyObject {
  /// The element of `cali_state` or a map of classes; nil where there is none.
  func element(of map: String, _ key: [UInt8]) throws -> UnsafeMutableRawPointer?
  /// Whether a slot of `cali_policy` has a program.
  func hasProgram(at slot: UInt32) -> Bool
}

/// A compiled policy that is run instruction by instruction, with maps of its own.
public final class InterpretedPolicy {
  /// What a program came to.
  public enum Outcome: Equatable {
    case tailCall(UInt32)
    case returned(Int32)
  }

  public let compiled: CompiledPolicy
  public let number: UInt32
  public let splitSlots: [UInt32]
  private var parts: [InterpretedPart] = []
  private let memory: UnsafeMutablePointer<UInt64>
  /// Instructions so far, of all its programs.
  public private(set) var executed = 0

  public init(
    _ compiled: CompiledPolicy, number: UInt32, splitSlots: [UInt32] = [], classes: [AddressClass] = []
  ) throws {
    self.compiled = compiled
    self.number = number
    self.splitSlots = splitSlots
    memory = .allocate(capacity: compiled.ruleIDs.count)
    memory.initialize(repeating: 0, count: compiled.ruleIDs.count)
    for program in compiled.programs {
      let data = program.data(number: number, slots: splitSlots)
      parts.append(try InterpretedPart(program, data: data, counters: memory, count: compiled.ruleIDs.count))
    }
    add(classes)
  }

  deinit { memory.deallocate() }

  /// Packets that met each rule, by its number.
  public var counters: [UInt64] { (0..<compiled.ruleIDs.count).map { memory[$0] } }

  public func add(_ classes: [AddressClass]) { for part in parts { part.add(classes) } }
  public func remove(_ classes: [AddressClass]) { for part in parts { part.remove(classes) } }

  /// Runs one of its programs: the first is in a pod's slot, the others are in `splitSlots`.
  public func run(_ program: Int = 0, in surroundings: any PolicySurroundings) throws -> Outcome {
    let runner = PolicyRunner(parts[program], surroundings)
    defer { executed += runner.executed }
    do {
      return .returned(try runner.run())
    } catch let call as TailCall {
      return .tailCall(call.slot)
    }
  }
}

/// A tail call that does not come back.
struct TailCall: Error {
  let slot: UInt32
}

/// Runs one program.
private final class PolicyRunner: InstructionRunner {
  private let part: InterpretedPart
  private let surroundings: any PolicySurroundings

  init(_ part: InterpretedPart, _ surroundings: any PolicySurroundings) {
    self.part = part
    self.surroundings = surroundings
    super.init(part.instructions, on: BlankInput())
  }

  override func help(_ number: Int32, _ arguments: [UInt64]) throws -> UInt64 {
    switch Helper(rawValue: number) {
    case .mapLookUp:
      let map = try part.map(at: arguments[0])
      let key = [UInt8](UnsafeRawBufferPointer(start: try Self.memory(arguments[1]), count: try part.keySize(map)))
      let element = part.isOwn(map) ? part.element(of: map, key) : try surroundings.element(of: map, key)
      return UInt64(UInt(bitPattern: element))
    case .tailCall:
      let slot = UInt32(truncatingIfNeeded: arguments[2])
      guard try part.map(at: arguments[1]) == MapName.policyPrograms else {
        throw InterpreterFailure("a tail call into another map")
      }
      if surroundings.hasProgram(at: slot) { throw TailCall(slot: slot) }
      return UInt64(bitPattern: -2)
    default: return try super.help(number, arguments)
    }
  }
}
