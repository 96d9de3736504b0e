import DataplaneABI
import DatapathPrograms
import EBPF
import VerifierBudgets

/// The loaded object, to be looked at from several places and threads.
final class Datapath: Sendable {
  let object: LoadedObject
  init(_ object: consuming LoadedObject) { self.object = object }
}

/// Loads the datapath and takes a service flow through it, in both families.
enum DatapathCheck {
  static let verdictNext: Int32 = -1
  static let verdictDrop: Int32 = 2
  static let verdictRedirect: Int32 = 7
  /// The loopback interface, which every network namespace has at this index.
  static let interface: UInt32 = 1

  /// Returns what it loaded, for others to go on with: an emulated kernel takes its time to verify it.
  static func run(_ report: inout Report) -> Datapath? {
    do {
      let datapath = Datapath(try load(.plain))
      report.check("load the datapath") { try describe(datapath.object) }
      report.check("the verifier's work is within its budget") { try compare(datapath.object, .plain) }
      checkResizing(&report)
      run(datapath.object, &report)
      return datapath
    } catch {
      report.check("load the datapath") { throw error }
      return nil
    }
  }

  private static func checkResizing(_ report: inout Report) {
    do {
      let datapath = Datapath(try load(.resizing))
      report.check("load it as it is while tables are resized, with the exact clock and without bpf_set_retval") {
        try describe(datapath.object)
      }
      report.check("the verifier's work is within its budget then") { try compare(datapath.object, .resizing) }
    } catch {
      report.check("load it as it is while tables are resized") { throw error }
    }
  }

  private static func run(_ object: borrowing LoadedObject, _ report: inout Report) {
    report.check("IPv4 service flow") { try ServiceFlow.ipv4.run(on: object) }
    report.check("IPv6 service flow") { try ServiceFlow.ipv6.run(on: object) }
    report.check("a sweep of the flows") { try sweep(object) }
    for name in object.programNames where DatapathCheck.seesPackets(name, object) {
      report.check("\(name) leaves ARP alone") {
        try expect("verdict", try object.program(name).run(Packet.arp).verdict, verdictNext)
        return ""
      }
      report.check("\(name) survives short packets") { try runTruncated(try object.program(name)) }
    }
  }

  /// Hooks' programs; not those that only others go on to, with what these have worked out.
  private static func seesPackets(_ name: String, _ object: borrowing LoadedObject) -> Bool {
    !name.hasSuffix("_decided") && (try? object.program(name).type) == .schedulerClassifier
  }

  /// The service's flow, two entries, and the host's, one, are young: they stay.
  private static func sweep(_ object: borrowing LoadedObject) throws -> String {
    // Without timeouts every flow would be over.
    try object.maps.typed(MapName.node, UInt32.self, NodeState.self).update(0, NodeState(routeGeneration: 0))
    try expect(
      "verdict", try object.program("conntrack_sweep").run(TestRunInput(data: [], context: [1, 0, 0, 0])).verdict, 0)
    let tallies = try object.maps.typed(MapName.sweep, UInt32.self, SweepTally.self)
    for index: UInt32 in 0...1 {
      let tally = try tallies.lookUp(index)
      try expect("entries seen", tally?.seen ?? 0, 3)
      let ended = tally.map { tally in tally.ended.indices.reduce(0) { $0 + tally.ended[$1] } }
      try expect("entries removed", ended ?? 0, 0)
    }
    return ""
  }

  private static func load(_ variant: LoadVariant) throws -> LoadedObject {
    var spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    try variant.configure(&spec)
    // Small maps: the guest has little memory.
    return try spec.load(LoadOptions(adjust: { $0.maxEntries = min($0.maxEntries, 1024) }))
  }

  private static func compare(_ object: borrowing LoadedObject, _ variant: LoadVariant) throws -> String {
    guard let budget = VerifierBudget.ofRunningKernel() else { return "nobody measured this kernel" }
    var verified: [String: Int] = [:]
    for name in object.programNames { verified[name] = try object.program(name).info().verifiedInstructions }
    let complaints = budget.complaints(verified, variant)
    guard complaints.isEmpty else { throw Unexpected(complaints.joined(separator: "; ")) }
    return "\(verified.count) programs"
  }

  private static func describe(_ object: borrowing LoadedObject) throws -> String {
    if let error = object.btfError { throw error }
    var sizes: [String] = []
    for name in object.programNames {
      let info = try object.program(name).info()
      sizes.append(
        "\(name) \(info.translatedSize / Instruction.size) instructions, \(info.verifiedInstructions) verified")
    }
    return sizes.joined(separator: "; ")
  }

  /// Every prefix of a packet that the kernel makes a test run of must give a verdict, and none may be a redirect.
  private static func runTruncated(_ program: borrowing LoadedProgram) throws -> String {
    let whole = ServiceFlow.ipv4.request
    var runs = 0
    var verdict = verdictNext
    for length in Packet.ethernetLength..<whole.count {
      let input = TestRunInput(data: Array(whole.prefix(length)), context: context)
      do throws(KernelError) {
        verdict = try program.run(input).verdict
      } catch {
        // Kernels differ in how much of an IP header they insist on.
        guard error.errno == .invalidArgument, length < Packet.ethernetLength + 20 else { throw error }
        continue
      }
      guard [verdictNext, verdictDrop].contains(verdict) else {
        throw Unexpected("\(length) bytes of a packet got verdict \(verdict)")
      }
      runs += 1
    }
    guard runs >= whole.count - Packet.ethernetLength - 20 else { throw Unexpected("only \(runs) lengths ran") }
    return "\(runs) lengths"
  }

  static var context: SocketBufferContext { SocketBufferContext(ingressInterface: interface, interface: interface) }
}
