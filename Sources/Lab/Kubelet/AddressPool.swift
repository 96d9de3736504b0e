import Netlink

/// The pods' addresses of one node: one number for each pod, the same in every family.
///
/// Numbers are given out round and round, so that an address just freed is used again as late as possible.
struct AddressPool: Hashable, Sendable {
  /// One prefix for each family.
  let prefixes: [InetPrefix]
  private(set) var used: Set<Int> = []
  private var last = AddressPool.numbers.lowerBound - 1

  /// 0 names the subnet, 1 is left to a gateway, 255 is the broadcast address.
  static let numbers = 2...254

  init(prefixes: [InetPrefix]) { self.prefixes = prefixes }

  /// A free address of each family; nil if none is left.
  mutating func take() -> [InetAddress]? {
    let count = Self.numbers.count
    for step in 1...count {
      let number = Self.numbers.lowerBound + (last - Self.numbers.lowerBound + step + count) % count
      guard !used.contains(number) else { continue }
      used.insert(number)
      last = number
      return prefixes.compactMap { $0.address(number: number) }
    }
    return nil
  }

  /// Marks the addresses of a pod that is there already.
  mutating func reserve(_ addresses: [InetAddress]) {
    for number in addresses.compactMap(number) {
      used.insert(number)
      last = number
    }
  }

  mutating func free(_ addresses: [InetAddress]) {
    addresses.compactMap(number).forEach { used.remove($0) }
  }

  private func number(of address: InetAddress) -> Int? {
    guard prefixes.contains(where: { $0.contains(address) }) else { return nil }
    return address.bytes.last.map(Int.init)
  }
}

extension InetPrefix {
  /// The address with that number in its last byte.
  func address(number: Int) -> InetAddress? {
    InetAddress(bytes: network.address.bytes.dropLast() + [UInt8(truncatingIfNeeded: number)])
  }
}
