import Policy

/// Gives a number to every combination of sets that something is in.
struct ClassNumbers {
  private struct Known {
    let number: UInt32
    /// How many are in the class.
    var count: Int
  }

  private let family: AddressFamily
  private let kind: AddressClass.Kind
  private var known: [SetList: Known] = [:]
  /// Of the classes that have come since they were asked for, and of those that may have gone.
  private var new: Set<SetList> = []
  private var emptied: [SetList: AddressClass] = [:]

  init(_ family: AddressFamily, _ kind: AddressClass.Kind) {
    self.family = family
    self.kind = kind
  }

  var count: Int { known.count }

  func number(of sets: SetList) -> UInt32? { known[sets]?.number }

  /// One more is in these sets.
  mutating func enter(_ sets: SetList, _ numbers: inout UInt32) -> UInt32 {
    if let one = known[sets] {
      known[sets]?.count += 1
      if one.count == 0 { emptied[sets] = nil }
      return one.number
    }
    numbers += 1
    known[sets] = Known(number: numbers, count: 1)
    new.insert(sets)
    return numbers
  }

  /// One fewer is.
  mutating func leave(_ sets: SetList, _ names: SetNames) {
    guard var one = known[sets] else { return }
    one.count -= 1
    known[sets] = one
    if one.count == 0 { emptied[sets] = makeClass(sets, one.number, names) }
  }

  /// Every class that something is in.
  func all(_ names: SetNames) -> [AddressClass] { known.map { makeClass($0.key, $0.value.number, names) } }

  /// The classes that have come and those that have gone since this was asked last.
  mutating func changes(_ names: SetNames) -> (new: [AddressClass], old: [AddressClass]) {
    // One that came and went was never told of.
    var came: [AddressClass] = []
    for sets in new where emptied[sets] == nil {
      if let one = known[sets] { came.append(makeClass(sets, one.number, names)) }
    }
    let gone = emptied.filter { !new.contains($0.key) }.map(\.value)
    for sets in emptied.keys { known[sets] = nil }
    new = []
    emptied = [:]
    return (came.sorted { $0.number < $1.number }, gone.sorted { $0.number < $1.number })
  }

  private func makeClass(_ sets: SetList, _ number: UInt32, _ names: SetNames) -> AddressClass {
    AddressClass(number: number, family: family, kind: kind, sets: Set(sets.map { names[$0] }))
  }
}

/// Sets by their internal numbers, sorted.
typealias SetList = [Int32]

/// Internal numbers of sets.
struct SetNames {
  private var numbers: [IPSetID: Int32] = [:]
  private var names: [IPSetID] = []

  subscript(_ number: Int32) -> IPSetID { names[Int(number)] }

  mutating func number(_ name: IPSetID) -> Int32 {
    if let number = numbers[name] { return number }
    let number = Int32(names.count)
    numbers[name] = number
    names.append(name)
    return number
  }
}

extension SetList {
  /// Whether it was not there.
  mutating func insertSorted(_ set: Int32) -> Bool {
    let place = firstIndex { $0 >= set } ?? count
    if place < count, self[place] == set { return false }
    insert(set, at: place)
    return true
  }

  /// Whether it was there.
  mutating func removeSorted(_ set: Int32) -> Bool {
    guard let place = firstIndex(of: set) else { return false }
    remove(at: place)
    return true
  }
}
