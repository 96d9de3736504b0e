import DataplaneABI
import EBPF
import Glibc
import KernelRuntime
import Testing

@testable import DatapathPrograms

@Suite("What the compiled programs cost", .serialized)
struct CostTests {
  /// Instructions in the object, subprograms included. Raise a budget only for something that is worth it, and say what.
  private static let budgets = [
    "connect4": 400, "connect6": 900, "connect4_tcp": 400, "connect6_tcp": 900, "sendmsg4": 600, "sendmsg6": 700,
    "recvmsg4": 60, "recvmsg6": 120, "getpeername4": 60, "getpeername6": 120,
    "workload_ingress": 12500, "workload_egress": 5700, "host_ingress": 9100, "host_egress": 8700,
    "host_ingress_l3": 9200, "host_egress_l3": 120,
    "conntrack_sweep": 3100, "conntrack_move": 400,
  ]
  /// Instructions that the verifier looks at; the kernel's limit is 1,000,000.
  private static let verifierBudget = 150_000

  @Test("each program keeps to its budget of instructions")
  func budget() throws {
    let spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    for program in spec.programs {
      let budget = try #require(Self.budgets[program.name], "no budget for \(program.name)")
      #expect(program.instructions.count <= budget, "\(program.name)")
    }
    #expect(spec.programs.count == Self.budgets.count)
  }

  @Test("each program passes the verifier well below its limit", .enabled(if: geteuid() == 0))
  func verifier() throws {
    let bench = try Bench()
    for name in Self.budgets.keys.sorted() {
      #expect(try bench.info(name).verifiedInstructions <= Self.verifierBudget, "\(name)")
    }
  }

  @Test("so do those that know two tables of flows, which all paths double for", .enabled(if: geteuid() == 0))
  func resizing() throws {
    var spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    try spec.setConstant("resizing", UInt32(1))
    let object = try spec.load(LoadOptions(adjust: { $0.maxEntries = min($0.maxEntries, 1024) }))
    for name in object.programNames {
      #expect(try object.program(name).info().verifiedInstructions <= Self.verifierBudget * 2, "\(name)")
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

  private static let rounds = 30

  /// Takes turns, so that whatever slows the machine down meets all alike.
  private func sample(_ harnesses: [(name: String, harness: RestoringHarness)]) throws -> [(String, Samples)] {
    var samples = Array(repeating: Samples(), count: harnesses.count)
    for _ in 0..<Self.rounds {
      for (index, each) in harnesses.enumerated() { samples[index].add(try each.harness.run()) }
    }
    return zip(harnesses, samples).map { ($0.name, $1) }
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
