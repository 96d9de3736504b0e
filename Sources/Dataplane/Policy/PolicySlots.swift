import DataplaneABI
import Policy

/// Who has which slots of `cali_policy`: pods four consecutive ones each, from below; large policies' further programs one each, from
/// above. Nothing of the running kernel.
struct PolicySlots {
  private var bases: [String: UInt32] = [:]
  private var usedBases: Set<UInt32> = []
  private var splits: Set<UInt32> = []
  /// What programs of an agent before this one may still use.
  private var occupied: Set<UInt32> = []
  private let end = MapCapacity.policySlots

  /// Takes over what an agent before this one gave out: the first slots of pods by their interfaces, as routes have them.
  mutating func adopt(_ bases: [String: UInt32], occupied: Set<UInt32>) {
    for (interface, base) in bases.sorted(by: { $0.key < $1.key }) where isBase(base) && !usedBases.contains(base) {
      self.bases[interface] = base
      usedBases.insert(base)
    }
    self.occupied = occupied.filter { $0 >= PolicySlot.first }
  }

  /// The first slot of a pod; nil if there is none.
  func base(_ interface: String) -> UInt32? { bases[interface] }

  /// The pods that have slots.
  var interfaces: Set<String> { Set(bases.keys) }

  /// Gives a pod its slots, the same as before if it has any; nil when there are none left.
  mutating func assign(_ interface: String) -> UInt32? {
    if let base = bases[interface] { return base }
    var base = PolicySlot.first
    while !isFree(base) {
      base += PolicySlot.perWorkload
      guard base + PolicySlot.perWorkload <= end else { return nil }
    }
    bases[interface] = base
    usedBases.insert(base)
    return base
  }

  /// Takes a pod's slots back; they have no programs by then.
  mutating func release(_ interface: String) {
    guard let base = bases.removeValue(forKey: interface) else { return }
    usedBases.remove(base)
  }

  /// Gives a policy slots for its programs after the first; nil when there are not enough.
  mutating func assignSplits(_ count: Int) -> [UInt32]? {
    var given: [UInt32] = []
    var slot = end
    while given.count < count {
      guard slot > PolicySlot.first else { return nil }
      slot -= 1
      let base = slot - (slot - PolicySlot.first) % PolicySlot.perWorkload
      if splits.contains(slot) || occupied.contains(slot) || usedBases.contains(base) { continue }
      given.append(slot)
    }
    splits.formUnion(given)
    return given
  }

  mutating func releaseSplits(_ slots: [UInt32]) { splits.subtract(slots) }

  /// The slots that an agent before this one filled and nobody has now.
  var leftovers: Set<UInt32> {
    occupied.subtracting(usedBases.reduce(into: splits) { $0.formUnion($1..<$1 + PolicySlot.perWorkload) })
  }

  /// They are free from now on.
  mutating func forgetLeftovers() { occupied = [] }

  private func isBase(_ slot: UInt32) -> Bool {
    slot >= PolicySlot.first && slot <= end - PolicySlot.perWorkload
      && (slot - PolicySlot.first) % PolicySlot.perWorkload == 0
  }

  private func isFree(_ base: UInt32) -> Bool {
    guard !usedBases.contains(base) else { return false }
    let slots = base..<base + PolicySlot.perWorkload
    return splits.isDisjoint(with: slots) && occupied.isDisjoint(with: slots)
  }
}

extension PolicySlot {
  /// Where a pod with the first slot `base` has its policy for one family and direction.
  static func slot(_ base: UInt32, _ family: AddressFamily, _ direction: PolicyDirection) -> UInt32 {
    base + (family == .ipv6 ? 2 : 0) + (direction == .egress ? 1 : 0)
  }
}
