import Policy
import PolicyCompiler
import Testing

@Suite("Classes of addresses")
struct AddressClassesTests {
  private static let sets = (0..<5).map { IPSetID("set \($0)") }
  private static let prefixes = [
    "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24", "10.1.1.0/25", "10.1.1.1", "10.1.1.2", "10.1.2.0/24",
    "10.2.0.1", "192.0.2.1", "192.0.2.0/31", "::/0", "fd00::/8", "fd00:1::/32", "fd00:1::1", "fd00:1::/64", "fe80::1",
  ].map(prefix)

  /// The maps as they would be after all that was to be written.
  private struct Maps {
    var classes: [UInt32: AddressClass] = [:]
    var addresses: [AddressPrefix: UInt32] = [:]
    var ports: [PortMember: UInt32] = [:]

    mutating func write(_ writes: ClassWrites) {
      for one in writes.newClasses {
        #expect(classes.updateValue(one, forKey: one.number) == nil, "number \(one.number) is given twice")
      }
      for (prefix, number) in writes.addresses {
        if let number { #expect(classes[number]?.family == prefix.family) }
        #expect(addresses[prefix] != number, "written for nothing")
        addresses[prefix] = number
      }
      for (member, number) in writes.ports {
        if let number { #expect(classes[number]?.kind == .ports) }
        #expect(ports[member] != number, "written for nothing")
        ports[member] = number
      }
      for one in writes.oldClasses { #expect(classes.removeValue(forKey: one.number) == one) }
      #expect(Set(addresses.values).union(ports.values) == Set(classes.keys), "a class that nothing is in, or none")
    }
  }

  @Test("say what memberships say, after any changes", arguments: 1...40)
  func random(seed: UInt64) {
    var chance = Chance(seed: seed)
    var classes = AddressClasses()
    var maps = Maps()
    var members: [IPSetID: Set<IPSetMember>] = [:]
    for _ in 0..<60 {
      let changes = (0..<1 + chance.below(6)).map { _ in Self.change(&chance) }
      for change in changes {
        if change.isMember {
          members[change.set, default: []].insert(change.member)
        } else {
          members[change.set]?.remove(change.member)
        }
      }
      maps.write(classes.apply(changes))
      Self.check(maps, members)
      let known = AddressFamily.allCases.flatMap { classes.classes($0) }
      #expect(Set(known) == Set(maps.classes.values))
    }
    let rest = members.flatMap { set, all in all.map { SetChange(set, $0, isMember: false) } }
    maps.write(classes.apply(rest))
    #expect(maps.classes.isEmpty && maps.addresses.isEmpty && maps.ports.isEmpty)
  }

  private static func change(_ chance: inout Chance) -> SetChange {
    let address = chance.pick(prefixes)
    let member =
      chance.once(in: 4)
      ? IPSetMember.port(prefix("10.1.1.\(chance.below(3))"), proto: chance.pick([6, 17]), port: 80)
      : IPSetMember.prefix(address)
    return SetChange(chance.pick(sets), member, isMember: !chance.once(in: 3))
  }

  private static func check(_ maps: Maps, _ members: [IPSetID: Set<IPSetMember>]) {
    for address in prefixes where address.length == (address.family == .ipv4 ? 32 : 128) {
      let expected = sets.filter { set in
        (members[set] ?? []).contains { if case .prefix(let prefix) = $0 { prefix.contains(address) } else { false } }
      }
      let longest = maps.addresses.filter { $0.key.contains(address) }.max { $0.key.length < $1.key.length }
      #expect((longest.flatMap { maps.classes[$0.value] }?.sets ?? []) == Set(expected), "\(address)")
    }
    for (member, number) in maps.ports {
      let expected = sets.filter {
        members[$0]?.contains(.port(member.address, proto: member.proto, port: member.port)) == true
      }
      #expect(maps.classes[number]?.sets == Set(expected))
    }
  }

  @Test("ports of protocols without ports have no class")
  func portless() {
    var classes = AddressClasses()
    let member = IPSetMember.port(prefix("10.0.0.1"), proto: 1, port: 80)
    #expect(classes.apply([SetChange(IPSetID("a"), member, isMember: true)]).isEmpty)
  }
}
