import EBPF
import Policy

/// Brings one program of a policy into the kernel.
struct PartLoading {
  private let program: CompiledProgram
  private let number: UInt32
  private let slots: [UInt32]
  private let shared: MapSet
  private let classes: [AddressClass]
  private let family: AddressFamily

  init(_ program: CompiledProgram, number: UInt32, slots: [UInt32], shared: MapSet, classes: [AddressClass]) {
    self.program = program
    self.number = number
    self.slots = slots
    self.shared = shared
    self.classes = classes
    family = program.family
  }

  func load(keepsLog: Bool) throws(KernelError) -> LoadedObject {
    var object = ObjectSpec(
      name: program.spec.name, programs: [program.spec],
      data: [DataSection(name: PolicyMapName.data, bytes: program.data(number: number, slots: slots))])
    object.maps = shared.specs + program.prefixes.map(\.spec)
    let rows = program.classes.map { $0.entries(classes, family) }
    for (dimension, rows) in zip(program.classes, rows) {
      object.maps.append(dimension.spec(capacity: ClassCapacity.of(rows.count)))
    }
    let loaded = try object.load(LoadOptions(maps: shared, keepsLog: keepsLog))
    for map in program.prefixes { try loaded.maps.map(map.spec.name).update(bytes: map.entries) }
    for (dimension, rows) in zip(program.classes, rows) { try loaded.maps.map(dimension.name).update(bytes: rows) }
    return loaded
  }
}

/// How many classes a program's map has room for.
enum ClassCapacity {
  /// Twice those there are: who needs more has the program loaded anew, which is as often as its classes have doubled.
  static func of(_ count: Int) -> Int { max(count * 2, smallest) }
  private static let smallest = 64
}

extension CompiledProgram {
  /// Its memory with what is known only at load: its number, and the slots that it goes on to.
  public func data(number: UInt32, slots: [UInt32]) -> [UInt8] {
    var data = data
    data.store(number, at: ProgramData.number)
    if let continuation { data.store(slots[continuation - 1], at: ProgramData.continuationSlot) }
    if let afterLastStage { data.store(slots[afterLastStage - 1], at: ProgramData.afterLastStageSlot) }
    return data
  }
}

extension ClassDimension {
  /// The elements of the map for those classes that need one.
  public func entries(
    _ classes: [AddressClass], _ family: AddressFamily
  ) -> [(key: [UInt8], value: [UInt8])] {
    var entries: [(key: [UInt8], value: [UInt8])] = []
    for one in classes where one.kind == kind && one.family == family {
      guard let row = row(forClass: one.sets) else { continue }
      var value: [UInt8] = []
      value.append(numbers: row)
      entries.append((withUnsafeBytes(of: one.number) { Array($0) }, value))
    }
    return entries
  }
}

extension MapSet {
  /// What the maps look like.
  fileprivate var specs: [MapSpec] {
    names.compactMap { name in
      guard let info = self[name]?.info else { return nil }
      return MapSpec(
        name: name, type: info.type, keySize: UInt32(info.keySize), valueSize: UInt32(info.valueSize),
        maxEntries: UInt32(info.maxEntries), flags: info.flags)
    }
  }
}
