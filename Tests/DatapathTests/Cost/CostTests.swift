import DataplaneABI
import EBPF
import Glibc
import KernelRuntime
import Testing
import VerifierBudgets

@testable import DatapathPrograms

@Suite("What the compiled programs cost", .serialized)
struct CostTests {
  /// Instructions in the object, subprograms included. Raise a budget only for something that is worth it, and say what.
  private static let budgets = [
    "connect4": 400, "connect6": 900, "connect4_tcp": 400, "connect6_tcp": 900, "sendmsg4": 600, "sendmsg6": 750,
    "recvmsg4": 60, "recvmsg6": 120, "getpeername4": 60, "getpeername6": 120,
    // SCTP: its header, its checksum when ports change, ABORTs, and when its associations are over. Several interfaces: by
    // which of them answers leave. First packets, which are sent on without their new entry being looked up.
    "workload_ingress": 16300, "workload_egress": 8200, "host_ingress": 19000, "host_egress": 16900,
    "host_ingress_l3": 19000, "host_egress_l3": 120,
    // What follows once policies have decided: flows are opened there, and resolved anew.
    "workload_ingress_decided": 13800, "workload_egress_decided": 2350, "host_ingress_decided": 15600,
    // And whether a table may have given up an entry.
    "conntrack_sweep": 4450, "conntrack_move": 400,
  ]
  /// Instructions that the verifier looks at on a kernel that nobody measured; the kernel's own limit is 1,000,000.
  private static let verifierLimit = 500_000

  @Test("each program keeps to its budget of instructions")
  func budget() throws {
    let spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    for program in spec.programs {
      let budget = try #require(Self.budgets[program.name], "no budget for \(program.name)")
      #expect(program.instructions.count <= budget, "\(program.name)")
    }
    #expect(spec.programs.count == Self.budgets.count)
  }

  @Test(
    "the verifier goes through no more instructions than were measured", .enabled(if: geteuid() == 0),
    arguments: LoadVariant.allCases)
  func verifier(_ variant: LoadVariant) throws {
    var spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    try variant.configure(&spec)
    let object = try spec.load(LoadOptions(adjust: { $0.maxEntries = min($0.maxEntries, 1024) }))
    var verified: [String: Int] = [:]
    for name in object.programNames { verified[name] = try object.program(name).info().verifiedInstructions }
    #expect(verified.values.allSatisfy { $0 < Self.verifierLimit })
    if let budget = VerifierBudget.ofRunningKernel() { #expect(budget.complaints(verified, variant) == []) }
  }

  @Test("a program over its budget, one without a figure, and a figure without a program are told")
  func complaints() throws {
    let budget = try #require(VerifierBudget.of(series: "6.1"))
    #expect(VerifierBudget.of(series: "5.4") == nil)
    let all = Dictionary(uniqueKeysWithValues: Self.budgets.keys.map { ($0, 1) })
    for variant in LoadVariant.allCases {
      #expect(budget.complaints(all, variant) == [])
      let other = all.merging(["host_egress": 1_000_000, "new": 5, "conntrack_sweep": 5]) { $1 }.filter {
        $0.key != "sendmsg4"
      }
      let told = budget.complaints(other, variant)
      #expect(told.count == 3)
      #expect(told.first?.hasPrefix("host_egress takes 1000000, more than ") == true)
      #expect(told.dropFirst() == ["new has no figure, and takes 5", "sendmsg4 was not loaded"])
    }
  }

  /// `APUS_MEASURE=1 swift test --filter CostTests` prints the tables of docs/datapath.md.
  @Test("measured", .enabled(if: geteuid() == 0 && getenv("APUS_MEASURE") != nil))
  func measure() throws {
    let bench = try Bench()
    for name in Self.budgets.keys.sorted() {
      let info = try bench.info(name)
      print("| `\(name)` | \(info.verifiedInstructions) | \(info.translatedSize) | \(info.machineCodeSize) |")
    }
    let floors = try Floor.allCases.map { (name: $0.rawValue, harness: try $0.harness()) }
    for (name, samples) in try sample(floors) { print("| \(name) | \(samples.text) |") }
    for family in FamilyName.allCases {
      let paths = try MeasuredPath.allCases.map { (name: $0.rawValue, harness: try bench.harness($0, family)) }
      for (name, samples) in try sample(paths) { print("| \(family) | \(name) | \(samples.text) |") }
      let created = try bench.created(family)
      #expect(created == Self.rounds * Int(RestoringHarness.repeats) * MeasuredPath.allCases.count { $0.isNew })
    }
  }

  /// 10,000 services with 10 backends each, beside 10, interleaved.
  @Test("services do not make packets dearer", .enabled(if: geteuid() == 0 && getenv("APUS_MEASURE") != nil))
  func services() throws {
    let (few, many) = (try Bench(services: 10), try Bench(services: 10_000))
    for family in FamilyName.allCases {
      let paths = try [MeasuredPath.service, .newService].flatMap {
        [("\($0.rawValue), 10", try few.harness($0, family)), ("\($0.rawValue), 10,000", try many.harness($0, family))]
      }
      for (name, samples) in try sample(paths) { print("| \(family) | \(name) | \(samples.text) |") }
    }
  }

  /// The packets that `outside` measures.
  @Test("from outside, each packet is sent on", .enabled(if: geteuid() == 0))
  func outsidePaths() throws {
    let names = try CostFabric().run {
      let (hook, nodes) = (try LiveHook(), try OutsideNodes())
      let paths = try FamilyName.allCases.map { try OutsidePaths($0, on: nodes) }
      for path in paths.flatMap(\.all) { _ = try hook.run(path) }
      try nodes.check(paths, runs: 1)
      return paths.map { $0.all.map(\.name) }
    }
    #expect(names.allSatisfy { Set($0).count == 14 })
  }

  /// Services that are asked for from outside, at the hook of an interface of their own.
  @Test("from outside, measured", .enabled(if: geteuid() == 0 && getenv("APUS_MEASURE") != nil))
  func outside() throws {
    let lines = try CostFabric().run {
      let hook = try LiveHook()
      var lines: [String] = []
      for family in FamilyName.allCases {
        let empty = try LivePath(
          "empty program", LiveHook.verdict(.schedulerClassifier, 2).load(), [UInt8](repeating: 0, count: 80))
        let nodes = try OutsideNodes()
        let outside = try OutsidePaths(family, on: nodes)
        let paths = [empty] + outside.all
        for (name, samples) in try Self.sample(paths.map { path in (path.name, { try hook.run(path) }) }) {
          lines.append("| \(family) | \(name) | \(samples.text) |")
        }
        try nodes.check([outside], runs: Self.rounds)
      }
      return lines
    }
    for line in lines { print(line) }
  }

  private static let rounds = 30

  private func sample(_ harnesses: [(name: String, harness: RestoringHarness)]) throws -> [(String, Samples)] {
    try Self.sample(harnesses.map { each in (each.name, { try each.harness.run() }) })
  }

  /// Takes turns, so that whatever slows the machine down meets all alike.
  private static func sample(_ runs: [(name: String, run: () throws -> UInt32)]) throws -> [(String, Samples)] {
    var samples = Array(repeating: Samples(), count: runs.count)
    for _ in 0..<rounds {
      for (index, each) in runs.enumerated() { samples[index].add(try each.run()) }
    }
    return zip(runs, samples).map { ($0.name, $1) }
  }
}

/// Nanoseconds of one packet, as measured.
private struct Samples {
  private var values: [UInt32] = []

  mutating func add(_ value: UInt32) { values.append(value) }

  /// Least and median.
  var text: String {
    let sorted = values.sorted()
    return sorted.isEmpty ? "" : "\(sorted[0]) / \(sorted[sorted.count / 2])"
  }
}
