import DataplaneABI
import Policy
import PolicyCompiler
import Testing

/// One dimension at a time: which packets a rule that allows is about.
@Suite("Dimensions of a compiled policy")
struct DimensionTests {
  /// Allows what matches, denies everything else.
  private static func bench(
    _ match: RuleMatch, _ family: AddressFamily = .ipv4, members: [IPSetID: Set<IPSetMember>] = [:]
  ) throws -> Bench {
    try Bench(.tier([EffectiveRule(.allow, match)]), family, members: members)
  }

  private static func expect(
    _ bench: Bench, allows: [TestPacket], denies: [TestPacket], _ location: SourceLocation = #_sourceLocation
  ) throws {
    for packet in allows { #expect(try bench.ask(packet).isAllowed, "\(packet)", sourceLocation: location) }
    for packet in denies { #expect(try !bench.ask(packet).isAllowed, "\(packet)", sourceLocation: location) }
    try bench.checkCounters()
  }

  @Test("a rule without conditions is about everything")
  func any() throws {
    try Self.expect(
      Self.bench(RuleMatch()), allows: [TestPacket(6, 80), TestPacket(1, 0x0800), TestPacket(255)], denies: [])
  }

  @Test("the other family's rule is about nothing")
  func family() throws {
    try Self.expect(Self.bench(RuleMatch(family: .ipv6)), allows: [], denies: [TestPacket(6, 80), TestPacket(58)])
    try Self.expect(Self.bench(RuleMatch(family: .ipv4)), allows: [TestPacket(6, 80)], denies: [])
  }

  @Test("protocols by number, and all but one")
  func protocols() throws {
    try Self.expect(
      Self.bench(RuleMatch(transport: TransportMatch(proto: 47))), allows: [TestPacket(47)],
      denies: [TestPacket(46), TestPacket(48), TestPacket(6, 47)])
    try Self.expect(
      Self.bench(RuleMatch(transport: TransportMatch(notProto: 6))),
      allows: [TestPacket(5), TestPacket(7), TestPacket(17, 6), TestPacket(0), TestPacket(255, 0xffff)],
      denies: [TestPacket(6), TestPacket(6, 65_535)])
    try Self.expect(
      Self.bench(RuleMatch(transport: TransportMatch(proto: 255))), allows: [TestPacket(255, 0xffff)],
      denies: [TestPacket(254)])
    try Self.expect(
      Self.bench(RuleMatch(transport: TransportMatch(proto: 6, notProto: 6))), allows: [],
      denies: [TestPacket(6), TestPacket(7)])
  }

  @Test("messages of ICMP and of ICMPv6")
  func icmp() throws {
    let echo = ICMPMatch(type: 8, code: 0)
    try Self.expect(
      Self.bench(RuleMatch(transport: TransportMatch(icmp: echo))), allows: [TestPacket(1, 0x0800)],
      denies: [TestPacket(1, 0x0801), TestPacket(1, 0x0900), TestPacket(58, 0x0800), TestPacket(6, 0x0800)])
    try Self.expect(
      Self.bench(RuleMatch(transport: TransportMatch(icmp: ICMPMatch(type: 3)))),
      allows: [TestPacket(1, 0x0300), TestPacket(1, 0x03ff)], denies: [TestPacket(1, 0x0400), TestPacket(1, 0x02ff)])
    try Self.expect(
      Self.bench(RuleMatch(transport: TransportMatch(notICMP: echo))),
      allows: [TestPacket(1, 0x0801), TestPacket(6, 0x0800), TestPacket(58, 0x0800)], denies: [TestPacket(1, 0x0800)])
    let wide = { (proto: UInt8, detail: UInt16) in
      TestPacket(source: prefix("fd00::1"), destination: prefix("fd00::2"), proto: proto, detail: detail)
    }
    try Self.expect(
      Self.bench(RuleMatch(transport: TransportMatch(icmp: ICMPMatch(type: 128))), .ipv6),
      allows: [wide(58, 0x8000), wide(58, 0x80ff)], denies: [wide(1, 0x8000), wide(58, 0x8100)])
  }

  @Test("destination ports: the first, the last, neighbours and what overlaps")
  func ports() throws {
    let ports: Set<PortMatch> = [
      .range(0...0), .range(80...80), .range(81...90), .range(85...100), .range(65_535...65_535),
    ]
    let match = RuleMatch(destination: PeerMatch(ports: .among(ports)))
    let hits: [UInt16] = [0, 80, 81, 85, 90, 91, 100, 65_535]
    let misses: [UInt16] = [1, 79, 101, 65_534]
    for proto: UInt8 in [6, 17, 132] {
      try Self.expect(
        Self.bench(match), allows: hits.map { TestPacket(proto, $0, from: 7) },
        denies: misses.map { TestPacket(proto, $0, from: 80) })
    }
    // Packets without ports have none of them, not even port 0.
    try Self.expect(Self.bench(match), allows: [], denies: [TestPacket(1, 80), TestPacket(47), TestPacket(58)])
    let udp = RuleMatch(
      transport: TransportMatch(proto: 17), destination: PeerMatch(ports: .among([.range(53...53)])))
    try Self.expect(Self.bench(udp), allows: [TestPacket(17, 53)], denies: [TestPacket(6, 53), TestPacket(17, 54)])
  }

  @Test("all ports are not all packets")
  func allPorts() throws {
    let match = RuleMatch(destination: PeerMatch(ports: .among([.range(0...65_535)])))
    try Self.expect(
      Self.bench(match), allows: [TestPacket(6), TestPacket(132, 65_535)], denies: [TestPacket(1), TestPacket(47)])
  }

  @Test("source ports")
  func sourcePorts() throws {
    let match = RuleMatch(source: PeerMatch(ports: .among([.range(1000...2000)])))
    try Self.expect(
      Self.bench(match), allows: [TestPacket(6, 80, from: 1000), TestPacket(17, 1, from: 2000)],
      denies: [TestPacket(6, 1500, from: 999), TestPacket(6, 80, from: 2001), TestPacket(1, 0, from: 1500)])
    let not = RuleMatch(source: PeerMatch(notPorts: [.range(1000...2000)]))
    try Self.expect(
      Self.bench(not), allows: [TestPacket(6, 1500, from: 999), TestPacket(1, 1500), TestPacket(47)],
      denies: [TestPacket(6, 80, from: 1000)])
  }

  @Test("ports left out, by number and by name")
  func notPorts() throws {
    let web = IPSetID("web")
    let match = RuleMatch(
      transport: TransportMatch(proto: 6), destination: PeerMatch(notPorts: [.range(22...23), .members(web)]))
    let bench = try Self.bench(match, members: [web: [.port(prefix("10.0.0.2/32"), proto: 6, port: 80)]])
    try Self.expect(
      bench, allows: [TestPacket(6, 21), TestPacket(6, 24), TestPacket("10.0.0.2", "10.0.0.1")],
      denies: [TestPacket(6, 22), TestPacket(6, 23), TestPacket(6, 80), TestPacket(17, 21)])
  }

  @Test("ports by number or by name, of either end")
  func namedPorts() throws {
    let (web, dns) = (IPSetID("web"), IPSetID("dns"))
    let members: [IPSetID: Set<IPSetMember>] = [
      web: [.port(prefix("10.0.0.2/32"), proto: 6, port: 8080)],
      dns: [.port(prefix("10.0.0.2/32"), proto: 17, port: 53), .port(prefix("10.0.0.1/32"), proto: 17, port: 5353)],
    ]
    let either = RuleMatch(destination: PeerMatch(ports: .among([.range(443...443), .members(web), .members(dns)])))
    try Self.expect(
      Self.bench(either, members: members), allows: [TestPacket(6, 443), TestPacket(6, 8080), TestPacket(17, 53)],
      denies: [TestPacket(17, 8080), TestPacket(6, 53), TestPacket("10.0.0.2", "10.0.0.1", port: 8080)])
    let source = RuleMatch(source: PeerMatch(ports: .among([.members(dns)])))
    try Self.expect(
      Self.bench(source, members: members), allows: [TestPacket(17, 1, from: 5353)],
      denies: [TestPacket(17, 5353, from: 1), TestPacket(6, 1, from: 5353)])
    let tcp = RuleMatch(transport: TransportMatch(proto: 6), destination: PeerMatch(ports: .among([.members(dns)])))
    try Self.expect(Self.bench(tcp, members: members), allows: [], denies: [TestPacket(17, 53), TestPacket(6, 53)])
  }

  @Test("members of a service")
  func services() throws {
    let service = IPSetID("service")
    let members: [IPSetID: Set<IPSetMember>] = [service: [.port(prefix("10.0.0.2/32"), proto: 6, port: 8080)]]
    let match = RuleMatch(destination: PeerMatch(members: service))
    try Self.expect(
      Self.bench(match, members: members), allows: [TestPacket(6, 8080)],
      denies: [TestPacket(17, 8080), TestPacket(6, 80), TestPacket("10.0.0.2", "10.0.0.1", port: 8080)])
    let both = RuleMatch(
      destination: PeerMatch(ports: .among([.range(1...100), .members(service)]), members: service))
    try Self.expect(
      Self.bench(both, members: members), allows: [TestPacket(6, 8080)], denies: [TestPacket(6, 80)])
  }

  @Test("prefixes, with exceptions inside them")
  func prefixes() throws {
    let match = RuleMatch(
      source: PeerMatch(
        prefixes: .among([prefix("10.1.0.0/16"), prefix("192.0.2.7/32"), prefix("fd00::/8")]),
        notPrefixes: [prefix("10.1.2.0/24"), prefix("10.1.3.4/32")]))
    try Self.expect(
      Self.bench(match),
      allows: ["10.1.0.0", "10.1.255.255", "10.1.1.255", "10.1.3.0", "10.1.3.3", "192.0.2.7"]
        .map { TestPacket($0, "10.1.2.1") },
      denies: ["10.0.255.255", "10.2.0.0", "10.1.2.0", "10.1.2.255", "10.1.3.4", "192.0.2.6", "192.0.2.8"]
        .map { TestPacket($0, "10.1.1.1") })
    try Self.expect(
      Self.bench(match, .ipv6), allows: [TestPacket("fd12::1", "::1")],
      denies: [TestPacket("fe00::1", "fd00::1"), TestPacket("::", "fd00::1")])
  }

  @Test("an exception from everything, and everything as an exception")
  func everything() throws {
    let all = prefix("0.0.0.0/0")
    let but = RuleMatch(destination: PeerMatch(prefixes: .among([all]), notPrefixes: [prefix("10.0.0.0/8")]))
    try Self.expect(Self.bench(but), allows: [TestPacket("10.0.0.1", "9.255.255.255")], denies: [TestPacket(6)])
    try Self.expect(
      Self.bench(RuleMatch(destination: PeerMatch(notPrefixes: [all]))), allows: [], denies: [TestPacket(6)])
    // An exception inside of which is a prefix that is asked for is an exception still.
    let inside = RuleMatch(
      source: PeerMatch(prefixes: .among([prefix("10.1.1.0/24")]), notPrefixes: [prefix("10.0.0.0/8")]))
    try Self.expect(Self.bench(inside), allows: [], denies: [TestPacket("10.1.1.1", "10.0.0.2")])
  }

  @Test("one of none is never true", arguments: AddressFamily.allCases)
  func none(_ family: AddressFamily) throws {
    let packet = family == .ipv4 ? TestPacket(6, 80) : TestPacket("fd00::1", "fd00::2")
    let empty = [
      RuleMatch(source: PeerMatch(prefixes: .among([]))), RuleMatch(destination: PeerMatch(prefixes: .among([]))),
      RuleMatch(source: PeerMatch(ports: .among([]))), RuleMatch(destination: PeerMatch(ports: .among([]))),
      RuleMatch(source: PeerMatch(sets: [IPSetID("empty")])), RuleMatch(destination: PeerMatch(members: IPSetID("no"))),
    ]
    for match in empty { try Self.expect(Self.bench(match, family), allows: [], denies: [packet]) }
    try Self.expect(
      Self.bench(RuleMatch(source: PeerMatch(notSets: [IPSetID("empty")])), family), allows: [packet], denies: [])
  }

  @Test("members of every set that is asked for, and of none that is left out")
  func sets() throws {
    let (red, big, bad) = (IPSetID("red"), IPSetID("big"), IPSetID("bad"))
    let members: [IPSetID: Set<IPSetMember>] = [
      red: [.prefix(prefix("10.0.0.0/8"))],
      big: [.prefix(prefix("10.1.0.0/16")), .prefix(prefix("11.0.0.1/32"))],
      bad: [.prefix(prefix("10.1.1.1/32"))],
    ]
    let match = RuleMatch(source: PeerMatch(sets: [red, big], notSets: [bad]))
    try Self.expect(
      Self.bench(match, members: members), allows: [TestPacket("10.1.0.1", "10.1.1.1")],
      denies: [
        TestPacket("10.2.0.1", "10.1.0.1"), TestPacket("11.0.0.1", "10.1.0.1"), TestPacket("10.1.1.1", "10.1.0.1"),
        TestPacket("12.0.0.1", "10.1.0.1"),
      ])
  }

  @Test("sets that change under a loaded program")
  func changes() throws {
    let red = IPSetID("red")
    let bench = try Self.bench(RuleMatch(source: PeerMatch(sets: [red])))
    let member = { (text: String, isMember: Bool) in
      SetChange(red, .prefix(prefix(text)), isMember: isMember)
    }
    #expect(try !bench.ask(TestPacket("10.0.0.1", "10.0.0.2")).isAllowed)
    try bench.apply([member("10.0.0.1/32", true)])
    #expect(try bench.ask(TestPacket("10.0.0.1", "10.0.0.2")).isAllowed)
    #expect(try !bench.ask(TestPacket("10.0.0.2", "10.0.0.2")).isAllowed)
    try bench.apply([member("10.0.0.0/24", true)])
    #expect(try bench.ask(TestPacket("10.0.0.2", "10.0.0.2")).isAllowed)
    try bench.apply([member("10.0.0.1/32", false)])
    #expect(try bench.ask(TestPacket("10.0.0.1", "10.0.0.2")).isAllowed)
    try bench.apply([member("10.0.0.0/24", false)])
    #expect(try !bench.ask(TestPacket("10.0.0.1", "10.0.0.2")).isAllowed)
    try bench.checkCounters()
  }
}
