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

  func owners(of address: AddressPrefix) -> [Int32] {
    switch owners[address] {
    case nil: []
    case .one(let object): [object]
    case .several(let objects): objects
    }
  }
}
