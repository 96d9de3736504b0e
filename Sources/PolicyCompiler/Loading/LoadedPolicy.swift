import DataplaneABI
import EBPF
import Policy

/// A compiled policy in the kernel, with maps of its own. Programs and maps close with the last handle, unless a slot holds the program.
public final class LoadedPolicy: Sendable {
  public let compiled: CompiledPolicy
  /// `PolicyQuestion.program` of what it decided.
  public let number: UInt32
  /// The slots of `cali_policy` that its programs after the first one are in; nobody else's while a slot holds the first.
  public let splitSlots: [UInt32]
  private let parts: [Part]
  private let counts: TypedMap<UInt32, UInt64>

  /// A program with its maps.
  private final class Part: Sendable {
    let object: LoadedObject
    init(_ object: consuming LoadedObject) { self.object = object }
  }

  /// Creates the maps, fills them, has the verifier look at the programs, and puts all programs but the first into their slots.
  ///
  /// - Parameters:
  ///   - number: of the policy among all that are loaded.
  ///   - maps: those that all policies share, by their names in `MapName`: `cali_state`, `cali_policy`, and the family's maps of classes.
  ///   - splitSlots: as many as there are programs after the first.
  ///   - classes: every class there is of the family; those that the policy's rules do not tell from others are left out.
  ///   - keepsLog: whether to keep the verifier's log; it is always kept of a program that is refused.
  public init(
    _ compiled: CompiledPolicy, number: UInt32, maps: MapSet, splitSlots: [UInt32] = [], classes: [AddressClass] = [],
    keepsLog: Bool = false
  ) throws(KernelError) {
    guard splitSlots.count == compiled.programs.count - 1 else {
      throw KernelError(
        "load", "policy \(compiled.name)",
        detail: "\(splitSlots.count) slots given for \(compiled.programs.count - 1) programs after the first")
    }
    let counters = try Map.create(
      MapSpec(
        name: PolicyMapName.counters, type: .perCPUArray, key: UInt32.self, value: UInt64.self,
        maxEntries: UInt32(compiled.ruleIDs.count)))
    var shared = maps
    shared.insert(counters)
    var parts: [Part] = []
    for program in compiled.programs {
      let loading = PartLoading(program, number: number, slots: splitSlots, shared: shared, classes: classes)
      parts.append(Part(try loading.load(keepsLog: keepsLog)))
    }
    let slots = try maps.map(MapName.policyPrograms)
    for (index, slot) in splitSlots.enumerated() {
      let program = try parts[index + 1].object.program(compiled.programs[index + 1].spec.name)
      try slots.setProgram(at: slot, program)
    }
    self.compiled = compiled
    self.number = number
    self.splitSlots = splitSlots
    self.parts = parts
    counts = try counters.typed(UInt32.self, UInt64.self)
  }

  /// A handle on the program that goes into a pod's slot.
  public func firstProgram() throws(KernelError) -> LoadedProgram { try program(0) }

  /// A handle on one of its programs.
  public func program(_ index: Int) throws(KernelError) -> LoadedProgram {
    try parts[index].object.program(compiled.programs[index].spec.name)
  }

  /// Has the slot of `programs`, which is `cali_policy`, ask this policy from now on.
  public func install(in programs: borrowing Map, at slot: UInt32) throws(KernelError) {
    try programs.setProgram(at: slot, firstProgram())
  }

  /// Writes the rows of new classes; to be done before any address is put into them. Classes that are known already are written again.
  ///
  /// - Returns: false when a map has no room left; the policy then has to be loaded anew. Until that is done, addresses must not
  ///   be put into the classes.
  public func add(_ classes: [AddressClass]) throws(KernelError) -> Bool {
    for (part, program) in zip(parts, compiled.programs) {
      for dimension in program.classes {
        let rows = dimension.entries(classes, compiled.family)
        if rows.isEmpty { continue }
        let map = try part.object.maps.map(dimension.name)
        guard try map.isWritten(rows) else { return false }
      }
    }
    return true
  }

  /// Forgets classes that no address is in any more.
  public func remove(_ classes: [AddressClass]) throws(KernelError) {
    for (part, program) in zip(parts, compiled.programs) {
      for dimension in program.classes {
        let numbers = dimension.entries(classes, compiled.family).map(\.key)
        if numbers.isEmpty { continue }
        let map = try part.object.maps.map(dimension.name)
        for number in numbers { try map.delete(bytes: number) }
      }
    }
  }

  /// Packets that met each rule since the policy was loaded, of all CPUs, by the rule's number.
  public func counters() throws(KernelError) -> [UInt64] {
    var sums = [UInt64](repeating: 0, count: compiled.ruleIDs.count)
    for entry in try counts.entriesPerCPU() where Int(entry.key) < sums.count {
      sums[Int(entry.key)] = entry.values.reduce(0, &+)
    }
    return sums
  }
}

extension Map {
  /// Whether all elements could be written; false when the map is full.
  fileprivate borrowing func isWritten(_ entries: [(key: [UInt8], value: [UInt8])]) throws(KernelError) -> Bool {
    do {
      try update(bytes: entries)
      return true
    } catch {
      guard error.errno == .argumentListTooLong else { throw error }
      return false
    }
  }
}
