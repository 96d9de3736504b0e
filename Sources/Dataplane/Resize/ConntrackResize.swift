import DataplaneABI
import EBPF
import Glibc

/// One change of the size of the tables of flows, step by step.
///
/// A map cannot grow, so each table gets another one. Programs are replaced one after the other, so there are always two versions
/// at work, and at no time may one make entries where the other does not look:
///
/// 1. The hooks get programs that still make entries in the old tables, and look into the new ones too.
/// 2. They get programs that make entries in the new tables, and look into the old ones too.
/// 3. What the old tables have left is moved to the new ones.
/// 4. They get programs that know the new tables only.
///
/// The pins say how far it is: a table's name is that of the one where entries are made, and the second name that of the other
/// one. Whoever finds two real tables loads programs that know both, gives them to all hooks, and goes on with step 3. That goes
/// back to the old tables before step 2, where the new ones are still empty, and on to the new ones after it.
struct ConntrackResize {
  let kernel: LinuxKernel
  /// Called before each change of the kernel.
  let effect: () throws -> Void

  /// Whether some table has another size than it is to have, or another process did not end its work.
  func isNeeded(for entries: UInt32) throws -> Bool {
    try kernel.folder.isResizing() || !tables(for: entries, kernel.folder.flowTableSizes()).isEmpty
  }

  private func tables(for entries: UInt32, _ sizes: [String: UInt32]) -> [FlowTable] {
    FlowTable.all.filter { $0.size(wanted: entries, present: sizes[$0.name] ?? 0) != sizes[$0.name] }
  }

  func run(to entries: UInt32) throws -> Moved {
    var moved = Moved()
    if try kernel.folder.isResizing() { try finish(&moved) }
    let sizes = try kernel.folder.flowTableSizes()
    let tables = tables(for: entries, sizes)
    guard !tables.isEmpty else { return moved }
    try begin(tables, entries, sizes, &moved)
    return moved
  }

  /// All four steps.
  private func begin(
    _ tables: [FlowTable], _ entries: UInt32, _ sizes: [String: UInt32], _ moved: inout Moved
  ) throws {
    try FlowTableMemory.check(try tables.map { try spec($0, $0.size(wanted: entries, present: sizes[$0.name] ?? 0)) })
    let old = try maps(tables)
    let new = try create(tables) { $0.size(wanted: entries, present: sizes[$0.name] ?? 0) }
    let none = try create(tables) { _ in MapCapacity.other }
    // Whatever may be refused comes before the first change.
    try kernel.requireKnownHooks()
    let ahead = try load(other: new, tables, DatapathProgram.ofPackets)
    let across = try load(first: new, other: old, tables, DatapathProgram.ofPackets.union([.conntrackMove]))
    let after = try load(first: new, other: none, tables, nil)
    try kernel.withoutSweeps {
      for table in tables { try pin(new, table.name, at: table.other) }
      try swap(to: ahead)
      for table in tables {
        try effect()
        try Map.exchangePins(kernel.folder.map(table.name), kernel.folder.map(table.other))
      }
      try complete(tables, across, after, none, &moved)
    }
  }

  /// The steps that are left of what another process began.
  private func finish(_ moved: inout Moved) throws {
    let folder = kernel.folder
    let sizes = try folder.flowTableSizes()
    let tables = FlowTable.all.filter { sizes[$0.other] ?? 0 > MapCapacity.other }
    let none = try create(tables) { _ in MapCapacity.other }
    let present = kernel.datapath
    let across = present.isResizing ? present : try present.again()
    let after = try load(other: none, tables, nil)
    try kernel.withoutSweeps { try complete(tables, across, after, none, &moved) }
  }

  /// - Parameters:
  ///   - across: programs that know both tables.
  ///   - after: programs that know one.
  private func complete(
    _ tables: [FlowTable], _ across: LoadedDatapath, _ after: LoadedDatapath, _ none: MapSet, _ moved: inout Moved
  ) throws {
    try swap(to: across)
    try moved.add(across.moveFlows(effect))
    try swap(to: after)
    for table in tables { try pin(none, table.name, at: table.other) }
    kernel.adopt(after)
  }

  // MARK: Maps

  private func maps(_ tables: [FlowTable]) throws -> MapSet {
    var maps = MapSet()
    for table in tables { maps.insert(try kernel.datapath.map(table.name), as: table.name) }
    return maps
  }

  /// New maps like the tables, under their names.
  private func create(_ tables: [FlowTable], _ size: (FlowTable) -> UInt32) throws -> MapSet {
    var maps = MapSet()
    for table in tables { maps.insert(try Map.create(spec(table, size(table)))) }
    return maps
  }

  private func spec(_ table: FlowTable, _ entries: UInt32) throws -> MapSpec {
    let info = try kernel.datapath.map(table.name).info
    return MapSpec(
      name: table.name, type: info.type, keySize: UInt32(info.keySize), valueSize: UInt32(info.valueSize),
      maxEntries: entries, flags: info.flags)
  }

  private func load(
    first: MapSet = MapSet(), other: MapSet, _ tables: [FlowTable], _ programs: Set<DatapathProgram>?
  ) throws -> LoadedDatapath {
    var given = first
    for table in tables { given.insert(try other.map(table.name), as: table.other) }
    return try kernel.datapath.again(maps: given, programs: programs)
  }

  /// Gives the name `pin` to the map that is `name` in `maps`. In between nothing has the name, which means nothing was begun, or
  /// all is done but this.
  private func pin(_ maps: MapSet, _ name: String, at pin: String) throws {
    try effect()
    try Map.unpin(kernel.folder.map(pin))
    try effect()
    try maps.map(name).pin(kernel.folder.map(pin))
  }

  // MARK: Programs

  /// Has every hook run these programs, and no run of the ones before go on.
  private func swap(to datapath: LoadedDatapath) throws {
    try kernel.replaceAll(with: datapath, effect)
    try GracePeriod.wait()
  }
}

/// How many entries were moved, and how many found no place.
struct Moved {
  var moved: UInt64 = 0
  var refused: UInt64 = 0

  mutating func add(_ other: Moved) {
    moved &+= other.moved
    refused &+= other.refused
  }
}

extension LoadedDatapath {
  /// Moves everything from the other tables to the first ones.
  ///
  /// - Parameter quota: entries that one run looks at.
  /// - Throws: when what is to be moved does not get less; all of it is still found then.
  func moveFlows(quota: UInt64 = quota, _ effect: () throws -> Void) throws -> Moved {
    let program = try program(.conntrackMove)
    let tallies = try map(MapName.move, UInt32.self, MoveTally.self)
    var progress = MoveProgress(silentSince: Self.now &- Self.silence, quota: quota, capacity: try otherCapacity())
    var isDone = false
    while !isDone {
      try effect()
      try tallies.update(0, try progress.next())
      _ = try program.run(TestRunInput(data: [], context: [0, 0, 0, 0]))
      guard let tally = try tallies.lookUp(0) else { break }
      isDone = progress.record(tally)
    }
    return progress.total
  }

  /// Entries that the other tables have room for.
  private func otherCapacity() throws -> UInt64 {
    try FlowTable.all.reduce(0) { try $0 + UInt64(map($1.other).info.maxEntries) }
  }

  /// Nanoseconds of CLOCK_MONOTONIC, as entries have them.
  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Entries that one run looks at: the kernel's work for a second at most.
  static var quota: UInt64 { 1_000_000 }
  /// Nanoseconds.
  private static var silence: UInt64 { 10_000_000_000 }
}
