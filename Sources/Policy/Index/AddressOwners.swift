/// Which objects have an address. Nearly always that is one.
struct AddressOwners {
  private enum Owners {
    case one(Int32)
    case several([Int32])
  }

  private var owners: [AddressPrefix: Owners] = [:]

  mutating func insert(_ object: Int32, _ address: AddressPrefix) {
    switch owners[address] {
    case nil: owners[address] = .one(object)
    case .one(let other): owners[address] = .several([other, object])
    case .several(let others): owners[address] = .several(others + [object])
    }
  }

  mutating func remove(_ object: Int32, _ address: AddressPrefix) {
    guard case .several(let all) = owners[address] else {
      owners[address] = nil
      return
    }
    let rest = all.filter { $0 != object }
    owners[address] = rest.count == 1 ? .one(rest[0]) : .several(rest)
  }

  /// Whether one other than `object` has the address and fulfils the condition.
  func contains(_ address: AddressPrefix, otherThan object: Int32, where condition: (Int32) -> Bool) -> Bool {
    switch owners[address] {
    case nil: false
    case .one(let other): other != object && condition(other)
    case .several(let all): all.contains { $0 != object && condition($0) }
    }
  }
}
