import DataplaneABI
import EBPF
import Glibc
import Policy
import PolicyCompiler
import Testing

/// `APUS_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter PolicyCostTests` prints the tables of docs/policy.md.
@Suite("What policies cost", .serialized)
struct PolicyCostTests {
  /// Rules with different ports, sets and prefixes, none of which is about the packet that is measured but the last one.
  static func policy(rules count: Int) -> EffectivePolicy {
    let rules = (0..<count - 1).map { index in
      let port = UInt16(1000 + index % 50_000)
      var match = RuleMatch(transport: TransportMatch(proto: index % 5 == 0 ? 17 : 6))
      match.destination.ports = .among([.range(port...port + UInt16(index % 7))])
      switch index % 3 {
      case 0: match.source.sets = [IPSetID("set \(index)")]
      case 1: match.source.prefixes = .among([prefix("10.\(index / 250 % 250).\(index % 250).0/24")])
      default: match.source.sets = [IPSetID("set \(index % 100)")]
      }
      return EffectiveRule(index % 10 == 9 ? .deny : .allow, match)
    }
    let last = EffectiveRule(.allow, RuleMatch(transport: TransportMatch(proto: 6)))
    return .tier(count == 1 ? [EffectiveRule(.allow)] : rules + [last])
  }

  /// A hundred classes: pods that are members of a set each, and of one more.
  static func classes() -> (AddressClasses, ClassWrites) {
    var classes = AddressClasses()
    let changes = (0..<100).flatMap { index in
      let member = IPSetMember.prefix(prefix("10.200.0.\(index)"))
      return [IPSetID("set \(index)"), IPSetID("set \(3 * index)")].map {
        SetChange($0, member, isMember: true)
      }
    }
    let writes = classes.apply(changes)
    return (classes, writes)
  }

  /// No rule before the last is about port 999.
  static let packet = TestPacket("10.200.0.7", "10.0.0.2", port: 999)

  @Test("no more than the verifier was seen to take", .enabled(if: LoadedSide.canRun), arguments: [1, 10, 100, 1000])
  func verifier(_ count: Int) throws {
    let side = try LoadedSide()
    let (classes, _) = Self.classes()
    let compiled = try CompiledPolicy(Self.policy(rules: count), family: .ipv4)
    let loaded = try LoadedPolicy(
      compiled, number: 7, maps: side.maps, classes: classes.classes(.ipv4), keepsLog: true)
    let processed = try #require(Self.processed(loaded.program(0).verifierLog.text))
    // A few times its instructions: more would mean that it goes through what comes after each look-up again and again.
    #expect(processed <= compiled.programs[0].spec.instructions.count * 4, "\(count) rules")
  }

  static func processed(_ log: String) -> Int? {
    guard let line = log.split(separator: "\n").last(where: { $0.hasPrefix("processed ") }) else { return nil }
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }

  @Test("measured", .enabled(if: LoadedSide.canRun && getenv("APUS_MEASURE") != nil))
  func measured() throws {
    print("| Rules | Programs | Instructions | Verifier | Data, bytes | Compiled, ms | Loaded, ms | A packet, ns |")
    print("|---|---|---|---|---|---|---|---|")
    let sizes = [1, 10, 100, 1000, 10_000]
    var sides: [LoadedSide] = []
    for _ in sizes { sides.append(try LoadedSide()) }
    var times = [[UInt32]](repeating: [], count: sizes.count)
    var lines: [String] = []
    for (size, side) in zip(sizes, sides) { lines.append(try Self.measure(size, side)) }
    // In turn, so that whatever slows the machine slows all of them.
    for _ in 0..<21 {
      for (index, side) in sides.enumerated() { times[index].append(try side.time(Self.packet, count: 20_000)) }
    }
    for (line, times) in zip(lines, times) { print("\(line) \(times.sorted()[times.count / 2]) |") }
  }

  private static func measure(_ size: Int, _ side: LoadedSide) throws -> String {
    let policy = policy(rules: size)
    let (classes, writes) = classes()
    var compileTimes: [Double] = []
    var loadTimes: [Double] = []
    var instructions = 0
    var data = 0
    var programs = 0
    for _ in 0..<7 {
      let clock = ContinuousClock()
      let start = clock.now
      let compiled = try CompiledPolicy(policy, family: .ipv4)
      let middle = clock.now
      try side.use(compiled, classes: classes.classes(.ipv4))
      let end = clock.now
      compileTimes.append(milliseconds(middle - start))
      loadTimes.append(milliseconds(end - middle))
      instructions = compiled.programs.map(\.spec.instructions.count).max() ?? 0
      data = compiled.programs.map(\.data.count).reduce(0, +)
      programs = compiled.programs.count
    }
    try side.write(writes)
    guard try side.ask(packet).isAllowed else { throw Astray("denied") }
    let compiled = try CompiledPolicy(policy, family: .ipv4)
    let logged = try LoadedPolicy(
      compiled, number: 7, maps: side.maps, splitSlots: PolicySlots.splits(compiled),
      classes: classes.classes(.ipv4), keepsLog: true)
    var processed = 0
    for index in 0..<programs {
      processed = max(processed, Self.processed(try logged.program(index).verifierLog.text) ?? 0)
    }
    try side.use(compiled, classes: classes.classes(.ipv4))
    let times = [compileTimes, loadTimes].map { rounded($0.sorted()[3]) }
    return "| \(size) | \(programs) | \(instructions) | \(processed) | \(data) | \(times[0]) | \(times[1]) |"
  }

  private static func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) / 1e15
  }

  private static func rounded(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }

  @Test("classes of many addresses, measured", .enabled(if: getenv("APUS_MEASURE") != nil))
  func manyAddresses() throws {
    let changes = (0..<100_000).flatMap { index in
      let member = IPSetMember.prefix(prefix("10.\(index / 65_536).\(index / 256 % 256).\(index % 256)"))
      return [1000, 50, 10].map { SetChange(IPSetID("\($0) \(index % $0)"), member, isMember: true) }
    }
    var classes = AddressClasses()
    let clock = ContinuousClock()
    var writes = ClassWrites()
    let all = clock.measure { writes = classes.apply(changes) }
    #expect(writes.addresses.count == 100_000)
    writes = ClassWrites()
    let wide = IPSetMember.prefix(prefix("10.0.0.0/16"))
    let nested = clock.measure { writes = classes.apply([SetChange(IPSetID("wide"), wide, isMember: true)]) }
    #expect(writes.addresses.count == 65_537)
    writes = ClassWrites()
    let one = clock.measure {
      writes = classes.apply([SetChange(IPSetID("10 0"), .prefix(prefix("10.1.0.1")), isMember: true)])
    }
    print("100,000 addresses in three sets each: \(all); a prefix over 65,536 of them: \(nested); one address: \(one)")
  }
}
