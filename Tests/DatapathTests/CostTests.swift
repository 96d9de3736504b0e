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
    "workload_ingress": 11500, "workload_egress": 5300, "host_ingress": 8600, "host_egress": 8000,
    "host_ingress_l3": 8700, "host_egress_l3": 120,
    "conntrack_sweep": 2600,
  ]
  /// Instructions that the verifier looks at; the kernel's limit is 1,000,000.
  private static let verifierBudget = 130_000

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

  /// `APUS_MEASURE=1 swift test --filter CostTests` prints the table of docs/datapath.md.
  @Test("measured", .enabled(if: geteuid() == 0 && getenv("APUS_MEASURE") != nil))
  func measure() throws {
    let bench = try Bench()
    for name in Self.budgets.keys.sorted() {
      let info = try bench.info(name)
      print("| \(name) | \(info.verifiedInstructions) | \(info.translatedSize) | \(info.machineCodeSize) |")
    }
    for family in FamilyName.allCases {
      for path in Bench.Path.allCases {
        let (least, median) = try bench.time(path, family, repeats: 1)
        var line = "| \(family) | \(path.rawValue) | \(least) / \(median) |"
        if path.repeats > 1 {
          let (least, median) = try bench.time(path, family, repeats: path.repeats)
          line += " \(least) / \(median) |"
        }
        print(line)
      }
    }
  }
}

/// The loaded object with one pod, one service and one neighbour node.
private final class Bench {
  private let object: LoadedObject
  private let empty: LoadedProgram

  enum Path: String, CaseIterable {
    case empty = "empty program"
    case plainToPod = "established, to a pod"
    case plainToNode = "established, to another node"
    case service = "established, to a service"
    case answer = "established, answer of a service"
    case newPlain = "new flow, to a pod"
    case newService = "new flow, to a service"

    /// How often a packet can run before it is another packet: it loses a hop each time, and a translation happens once.
    var repeats: UInt32 {
      switch self {
      case .empty, .plainToPod, .plainToNode: 60
      default: 1
      }
    }
  }

  init() throws {
    let spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    object = try spec.load(LoadOptions(adjust: { $0.maxEntries = min($0.maxEntries, 200_000) }))
    var assembler = Assembler()
    assembler.move(.r0, -1)
    assembler.exit()
    empty = try assembler.program("empty", type: .schedulerClassifier).load()
    try fill(IPv4Address.self)
    try fill(IPv6Address.self)
  }

  func info(_ name: String) throws -> ProgramInfo { try object.program(name).info() }

  /// Test runs take place on the loopback interface, so the pods of this node are there.
  private func fill<Address: TestAddress>(_: Address.Type) throws {
    let routes = try object.maps.typed(Address.routesMap, RouteKey<Address>.self, Route<Address>.self)
    for pod: UInt8 in 1...2 {
      try routes.update(
        RouteKey(host: Address(.pod(pod))), Route(flags: [.workload, .local], interfaceIndex: 1))
    }
    try routes.update(
      RouteKey(host: Address(.pod(9, node: 2))),
      Route(flags: .workload, interfaceIndex: 2, nextHop: Address(.node(2))))
    let backends = try object.maps.typed(Address.backendsMap, BackendKey.self, Backend<Address>.self)
    try backends.update(BackendKey(id: 1, ordinal: 0), Backend(address: Address(.pod(2)), port: BigEndian16(8080)))
    let members = try object.maps.typed(Address.membersMap, MemberKey<Address>.self, MemberFlags.self)
    try members.update(MemberKey(id: 1, address: Address(.pod(2)), port: BigEndian16(8080)), [.takesNew, .serving])
    try object.maps.typed(MapName.node, UInt32.self, NodeState.self).update(0, NodeState(routeGeneration: 0))
    let frontends = try object.maps.typed(Address.frontendsMap, FrontendKey<Address>.self, Frontend.self)
    try frontends.update(
      FrontendKey(address: Address(.service(10)), port: BigEndian16(80), proto: IPProtocolNumber.tcp),
      Frontend(id: 1, count: 1))
  }

  /// Nanoseconds of one run, least and median.
  func time(_ path: Path, _ family: FamilyName, repeats: UInt32) throws -> (least: UInt32, median: UInt32) {
    var times: [UInt32] = []
    let program = try object.program("workload_ingress")
    for opening in openings(path, family) { _ = try program.run(opening.bytes) }
    for run in 0..<20_000 {
      let input = TestRunInput(data: frame(path, family, run).bytes, repeatCount: repeats)
      let result = try path == .empty ? empty.run(input) : program.run(input)
      if path != .empty { #expect(result.verdict == 7, "\(path)") }
      times.append(result.nanoseconds)
    }
    times.sort()
    return (times[0], times[times.count / 2])
  }

  private func openings(_ path: Path, _ family: FamilyName) -> [Frame] {
    switch path {
    case .empty, .newPlain, .newService: []
    case .plainToPod, .plainToNode: [frame(path, family, 0, .syn)]
    case .service, .answer: [frame(.service, family, 0, .syn), frame(.answer, family, 0, .synAck)]
    }
  }

  private func frame(_ path: Path, _ family: FamilyName, _ run: Int, _ transport: Frame.Transport = .ack) -> Frame {
    func make(_ source: Place, _ sourcePort: UInt16, _ destination: Place, _ port: UInt16) -> Frame {
      Frame(
        family: family, source: source, sourcePort: sourcePort, destination: destination, destinationPort: port,
        transport: transport)
    }
    // Ports that no established path uses.
    let fresh = UInt16(20_000 + run)
    switch path {
    case .empty, .plainToPod: return make(.pod(1), 1000, .pod(2), 80)
    case .plainToNode: return make(.pod(1), 1001, .pod(9, node: 2), 80)
    case .service: return make(.pod(1), 1002, .service(10), 80)
    case .answer: return make(.pod(2), 8080, .pod(1), 1002)
    case .newPlain:
      var frame = make(.pod(1), fresh, .pod(2), 80)
      frame.transport = .syn
      return frame
    case .newService:
      var frame = make(.pod(1), fresh, .service(10), 80)
      frame.transport = .syn
      return frame
    }
  }
}
