import EBPF
import Netlink

/// The tc ingress of a node's interface, where packets come in one after the other: an XDP program writes each, the kernel makes a
/// socket buffer of it, and times the program at the hook. So a program may do what it can do to a packet only once, such as wrap it.
final class LiveHook: Sendable {
  /// Of the node's interface, in the namespace.
  static let interface: UInt32 = 2
  static let packets: UInt32 = 1000

  private let times: RunTimes
  private let link: EBPF.Link
  /// An interface of this kind takes packets from XDP only while it has an XDP program itself.
  private let receiver: EBPF.Link

  /// In the calling thread's namespace, which is that of a `CostFabric`.
  init() throws {
    times = try RunTimes()
    receiver = try Link.attachXDP(Self.verdict(.xdp, 2).load(), interface: Self.interface)
    link = try TrafficControl.attach(
      Self.verdict(.schedulerClassifier, 2).load(), interface: Self.interface, .ingress, mechanism: .tcx)
  }

  /// A program that returns `verdict`, and does nothing else.
  static func verdict(_ type: ProgramType, _ verdict: Int32) throws -> ProgramSpec {
    var code = Assembler()
    code.move(.r0, verdict)
    code.exit()
    return try code.program("verdict", type: type)
  }

  /// Nanoseconds of one packet: the mean of so many.
  func run(_ path: LivePath) throws -> UInt32 {
    try link.update(path.program)
    let before = try path.program.info()
    try path.send(Self.packets)
    let after = try path.program.info()
    let count = after.runCount - before.runCount
    guard count == UInt64(Self.packets) else {
      throw Mismatch("\(path.name): \(count) packets came to the hook, not \(Self.packets)")
    }
    return UInt32((after.runNanoseconds - before.runNanoseconds) / count)
  }
}

/// A packet that is measured at a `LiveHook`.
final class LivePath: Sendable {
  let name: String
  let program: LoadedProgram
  /// Whether each packet begins a flow.
  let isNew: Bool
  private let frame: [UInt8]
  private let writer: LoadedObject

  /// - Parameter freshPortAt: offset of a port that is another one in each packet; nil for none.
  init(
    _ name: String, _ program: consuming LoadedProgram, _ frame: [UInt8], freshPortAt port: Int? = nil
  ) throws {
    self.name = name
    self.program = program
    self.frame = frame
    isNew = port != nil
    // struct xdp_md: data, data_end. XDP_PASS is 2, XDP_ABORTED 0.
    var code = Assembler()
    code.restore(frame, freshPortAt: port.map(Int16.init), data: 0, end: 4)
    code.move(.r0, 2)
    code.exit()
    code.label("out")
    code.move(.r0, 0)
    code.exit()
    let data = DataSection(name: ".data", bytes: [UInt8](repeating: 0, count: 8))
    writer = try ObjectSpec(name: "write", programs: [try code.program("write", type: .xdp)], data: [data]).load()
  }

  fileprivate func send(_ count: UInt32) throws {
    // struct xdp_md: data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex.
    let fields: [UInt32] = [0, UInt32(frame.count), 0, LiveHook.interface, 0, 0]
    let context = fields.flatMap { field in (0..<4).map { UInt8(truncatingIfNeeded: field >> (8 * UInt32($0))) } }
    var input = TestRunInput(data: frame, context: context, repeatCount: count)
    input.isLive = true
    _ = try writer.program("write").run(input)
  }
}
