import Policy

/// The classes of one family's prefixes. A prefix is in the sets that it was put into, and in those of every prefix that covers it.
struct PrefixClasses {
  private struct Entry {
    /// Sets that it was put into.
    var own: SetList = []
    /// What it was last told to be in; empty before that.
    var all: SetList = []
  }

  private let family: AddressFamily
  private var entries: [PrefixBits: Entry] = [:]
  /// How many prefixes there are of each length.
  private var lengths: [Int: Int] = [:]
  private var classes: ClassNumbers
  /// Prefixes whose own sets have changed.
  private var touched: Set<PrefixBits> = []

  init(_ family: AddressFamily) {
    self.family = family
    classes = ClassNumbers(family, .addresses)
  }

  mutating func change(_ prefix: AddressPrefix, _ set: Int32, isMember: Bool) {
    let bits = PrefixBits(prefix)
    if isMember {
      if entries[bits] == nil {
        entries[bits] = Entry()
        lengths[bits.length, default: 0] += 1
      }
      if entries[bits]?.own.insertSorted(set) == true { touched.insert(bits) }
    } else if entries[bits]?.own.removeSorted(set) == true {
      touched.insert(bits)
    }
  }

  /// Works out what follows from all changes since the last time.
  mutating func write(_ writes: inout ClassWrites, _ names: SetNames, _ numbers: inout UInt32) {
    let concerned = concerned
    touched = []
    for bits in concerned where entries[bits]?.own.isEmpty == true { forget(bits, &writes, names) }
    for bits in concerned { renew(bits, &writes, names, &numbers) }
    let (new, old) = classes.changes(names)
    writes.newClasses += new
    writes.oldClasses += old
  }

  func all(_ names: SetNames) -> [AddressClass] { classes.all(names) }

  /// The prefixes that changed, and all that they cover, in order.
  private var concerned: [PrefixBits] {
    var concerned = touched
    let wide = Set(touched.lazy.map(\.length).filter { $0 < family.addressBits })
    if !wide.isEmpty {
      for bits in entries.keys {
        for length in wide where length < bits.length && touched.contains(bits.shortened(to: length)) {
          concerned.insert(bits)
          break
        }
      }
    }
    return concerned.sorted()
  }

  private mutating func forget(_ bits: PrefixBits, _ writes: inout ClassWrites, _ names: SetNames) {
    guard let entry = entries.removeValue(forKey: bits) else { return }
    lengths[bits.length, default: 1] -= 1
    if lengths[bits.length] == 0 { lengths[bits.length] = nil }
    // It may have come and gone since the last time.
    if entry.all.isEmpty { return }
    classes.leave(entry.all, names)
    writes.addresses.append((bits.prefix(family), nil))
  }

  private mutating func renew(
    _ bits: PrefixBits, _ writes: inout ClassWrites, _ names: SetNames, _ numbers: inout UInt32
  ) {
    guard let entry = entries[bits] else { return }
    let all = memberships(bits, entry.own)
    if all == entry.all { return }
    let number = classes.enter(all, &numbers)
    if !entry.all.isEmpty { classes.leave(entry.all, names) }
    entries[bits]?.all = all
    writes.addresses.append((bits.prefix(family), number))
  }

  private func memberships(_ bits: PrefixBits, _ own: SetList) -> SetList {
    var all = own
    for length in lengths.keys where length < bits.length {
      for set in entries[bits.shortened(to: length)]?.own ?? [] { _ = all.insertSorted(set) }
    }
    return all
  }
}
