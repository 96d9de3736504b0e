import Policy

/// The classes of one family's addresses with protocol and port.
struct PortClasses {
  private struct Entry {
    var now: SetList = []
    /// What it was last told to be in; empty before that.
    var told: SetList = []
  }

  private var entries: [PortMember: Entry] = [:]
  private var classes: ClassNumbers
  private var touched: Set<PortMember> = []

  init(_ family: AddressFamily) { classes = ClassNumbers(family, .ports) }

  mutating func change(_ member: PortMember, _ set: Int32, isMember: Bool) {
    let isChanged =
      isMember
      ? entries[member, default: Entry()].now.insertSorted(set)
      : entries[member]?.now.removeSorted(set) == true
    if isChanged { touched.insert(member) }
  }

  /// Works out what follows from all changes since the last time.
  mutating func write(_ writes: inout ClassWrites, _ names: SetNames, _ numbers: inout UInt32) {
    for member in touched {
      guard let entry = entries[member], entry.now != entry.told else {
        if entries[member]?.now.isEmpty == true { entries[member] = nil }
        continue
      }
      let number = entry.now.isEmpty ? nil : classes.enter(entry.now, &numbers)
      if !entry.told.isEmpty { classes.leave(entry.told, names) }
      writes.ports.append((member, number))
      entries[member] = number == nil ? nil : Entry(now: entry.now, told: entry.now)
    }
    touched = []
    let (new, old) = classes.changes(names)
    writes.newClasses += new
    writes.oldClasses += old
  }

  func all(_ names: SetNames) -> [AddressClass] { classes.all(names) }
}
