import DataplaneABI
import KernelRuntime
import Testing

@testable import Datapath

@Suite("What policies denied")
struct DenialTests {
  /// A world whose second pod has a policy that denies odd ports.
  private func world(_ family: FamilyName) -> World {
    let world = World(family)
    world.kernel.policies = SamplePolicy.simulated
    func add<Address: TestAddress>(_: Address.Type) {
      world.map(Address.routesMap).set(
        RouteKey(prefixLength: Address.bitWidth, address: Address(.pod(2))),
        Route<Address>(
          flags: [.workload, .local, .inPool], interfaceIndex: World.interface(of: 2), mac: MACAddress(0x0002, 0, 2),
          policy: SamplePolicy.evenPorts.slot))
    }
    family == .v4 ? add(IPv4Address.self) : add(IPv6Address.self)
    return world
  }

  private func address(_ place: Place, _ family: FamilyName) -> IPv6Address {
    family == .v4 ? IPv6Address(IPv4Address(place).rawValue, 0, 0, 0) : IPv6Address(place)
  }

  private func denial(_ world: World, _ proto: UInt8, _ detail: UInt16, from source: Place) -> Denial? {
    let key = DenialKey(
      source: address(source, world.family), destination: address(.pod(2), world.family),
      transport: PolicyTransport(proto: proto, detail: detail), family: world.family == .v4 ? 4 : 6)
    return world.map(MapName.denials).get(key, as: Denial.self)
  }

  @Test("who denied it, how often and when last; whatever port it came from", arguments: FamilyName.allCases)
  func denied(_ family: FamilyName) throws {
    let world = world(family)
    for port: UInt16 in [40_000, 40_001] {
      #expect(world.fromPod(1, world.frame(from: .pod(1), port, to: .pod(2), 81)).verdict == .drop)
      world.kernel.now += 5
    }
    let found = try #require(denial(world, IPProtocolNumber.tcp, 81, from: .pod(1)))
    #expect(found.packets == 2)
    #expect(found.lastSeen == world.kernel.now - 5)
    #expect(found.program == SamplePolicy.evenPorts.rawValue + 1)
    #expect(found.rule == SamplePolicy.rule)
    #expect(found.interfaceIndex == World.interface(of: 1))
    #expect(found.hook == 0)
    #expect(world.map(MapName.denials).count == 1)
    #expect(world.drops(.policy, interface: World.interface(of: 1)) == 2)
  }

  @Test("UDP from another node is told apart from TCP", arguments: FamilyName.allCases)
  func fromFabric(_ family: FamilyName) throws {
    let world = world(family)
    let source = Place.pod(9, node: 2)
    for transport: Frame.Transport in [.syn, .udp(checksum: true)] {
      #expect(world.fromFabric(world.frame(from: source, 40_000, to: .pod(2), 81, transport)).verdict == .drop)
    }
    let udp = try #require(denial(world, IPProtocolNumber.udp, 81, from: source))
    #expect(udp.packets == 1)
    #expect(udp.interfaceIndex == World.fabric)
    #expect(denial(world, IPProtocolNumber.tcp, 81, from: source)?.packets == 1)
  }

  @Test("what is allowed costs nothing, and is not there", arguments: FamilyName.allCases)
  func allowed(_ family: FamilyName) {
    let world = world(family)
    let outcome = world.fromPod(1, world.frame(from: .pod(1), 40_000, to: .pod(2), 80))
    #expect(outcome.redirect == .peer(of: World.interface(of: 2)))
    #expect(!outcome.calls.contains(.lookup(MapName.denials)))
    #expect(world.map(MapName.denials).count == 0)
  }

  @Test("compiled programs in the kernel write the same", .enabled(if: RunSettings.loads, "needs root"))
  func loaded() throws {
    try Surroundings().run {
      let twin = try Twin(loading: true)
      try twin.begin(random: 1)
      for family in FamilyName.allCases {
        func add<Address: TestAddress>(_: Address.Type) throws {
          for pod: UInt8 in 1...2 {
            let route = Route<Address>(
              flags: [.workload, .local, .inPool], interfaceIndex: 1, mac: MACAddress(0x0002, 0, UInt16(pod)),
              policy: SamplePolicy.evenPorts.slot)
            let key = RouteKey(prefixLength: Address.bitWidth, address: Address(.pod(pod)))
            _ = try twin.play(.set(Element(Address.routesMap, key, route)))
          }
        }
        try family == .v4 ? add(IPv4Address.self) : add(IPv6Address.self)
        let world = World(family)
        for transport: Frame.Transport in [.syn, .udp(checksum: true), .syn] {
          let frame = world.frame(from: .pod(1), 40_000, to: .pod(2), 81, transport)
          #expect(try twin.play(.packet(Shot(program: .workloadIngress, bytes: frame.bytes))).verdict == 2)
        }
      }
      try twin.compareContents()
      #expect(try twin.simulated.storage(MapName.denials).count == 4)
    }
  }
}
