import DataplaneABI
import DatapathPrograms
import EBPF
import KernelRuntime
import Testing

/// The promise of the architecture: an established packet costs one conntrack look-up, no tail call, and no look-up of a
/// route or a service.
@Suite("The established path")
struct EstablishedPathJourneys {
  /// Calls that the program made for the packet, the clock and the packet's own memory aside.
  private func calls(
    _ kernel: SimulatedKernel, _ bytes: [UInt8], at interface: UInt32, _ program: (ProgramContext) -> Int32
  ) -> [KernelCall] {
    let verdict = kernel.run(SimulatedPacket(bytes, interfaceIndex: interface), program)
    #expect(verdict == .redirect)
    return kernel.calls
  }

  private func conntrackLookups(_ calls: [KernelCall]) -> Int {
    calls.filter { $0 == .lookup(MapName.conntrack4) || $0 == .lookup(MapName.conntrack6) }.count
  }

  private func expectEstablished(_ calls: [KernelCall]) {
    #expect(conntrackLookups(calls) == 1, "\(calls)")
    let allowed = Set([MapName.conntrack4, MapName.conntrack6, MapName.scratch, MapName.node])
    for call in calls {
      switch call {
      case .lookup(let map): #expect(allowed.contains(map), "looks into \(map): \(calls)")
      case .update(let map), .delete(let map): Issue.record("writes \(map): \(calls)")
      case .forEach(let map): Issue.record("goes through \(map): \(calls)")
      case .tailCall: Issue.record("tail call: \(calls)")
      case .random: Issue.record("chooses: \(calls)")
      case .socket, .cookie, .fail: Issue.record("has to do with sockets: \(calls)")
      case .fib: Issue.record("asks for a route: \(calls)")
      case .room: Issue.record("has to do with tunnels: \(calls)")
      case .resize, .copy: Issue.record("has to do with fragments: \(calls)")
      case .now, .pull, .checksum, .redirect: break
      }
    }
  }

  @Test("Plain: one conntrack look-up in each direction, nothing else", arguments: Family.allCases)
  func plain(family: Family) {
    let kernel = SimulatedKernel.node(family)
    let syn = Packet.tcp(
      from: family.pick("10.65.1.2", "fd65::2"), 40000, to: family.pick("10.65.1.3", "fd65::3"), 8080, TCP.syn)
    let first = calls(kernel, syn.bytes, at: 10, workload_ingress)
    #expect(first.contains(.update(family == .ipv4 ? MapName.conntrack4 : MapName.conntrack6)))
    _ = calls(kernel, syn.answer(flags: TCP.syn | TCP.ack).bytes, at: 11, workload_ingress)
    // The first acknowledgement pays for having the connection kept.
    _ = calls(kernel, syn.flags(TCP.ack).bytes, at: 10, workload_ingress)
    expectEstablished(calls(kernel, syn.flags(TCP.ack).bytes, at: 10, workload_ingress))
    expectEstablished(calls(kernel, syn.answer(flags: TCP.ack).bytes, at: 11, workload_ingress))
  }

  @Test("To a service: one conntrack look-up in each direction, nothing else", arguments: Family.allCases)
  func service(family: Family) {
    let kernel = SimulatedKernel.node(family)
    let client = family.pick("10.65.1.2", "fd65::2")
    let syn = Packet.tcp(from: client, 40000, to: family.pick("10.96.0.10", "fd96::a"), 80, TCP.syn)
    let answer = Packet.tcp(from: family.pick("10.65.1.3", "fd65::3"), 8080, to: client, 40000, TCP.syn | TCP.ack)
    #expect(calls(kernel, syn.bytes, at: 10, workload_ingress).contains(.random))
    _ = calls(kernel, answer.bytes, at: 11, workload_ingress)
    // The first acknowledgement pays for having the connection kept.
    _ = calls(kernel, syn.flags(TCP.ack).bytes, at: 10, workload_ingress)
    expectEstablished(calls(kernel, syn.flags(TCP.ack).bytes, at: 10, workload_ingress))
    expectEstablished(calls(kernel, answer.flags(TCP.ack).bytes, at: 11, workload_ingress))
  }

  @Test("In from the fabric and out to it: the same", arguments: Family.allCases)
  func overTheFabric(family: Family) {
    let kernel = SimulatedKernel.node(family)
    let client = family.pick("10.65.1.2", "fd65::2")
    let remote = family.pick("10.65.2.3", "fd65:0:0:2::3")
    let syn = Packet.tcp(from: remote, 40000, to: client, 8080, TCP.syn)
    _ = calls(kernel, syn.bytes, at: 20, host_ingress)
    _ = calls(kernel, syn.answer(flags: TCP.syn | TCP.ack).bytes, at: 10, workload_ingress)
    // The first acknowledgement pays for having the connection kept.
    _ = calls(kernel, syn.flags(TCP.ack).bytes, at: 20, host_ingress)
    expectEstablished(calls(kernel, syn.flags(TCP.ack).bytes, at: 20, host_ingress))
    expectEstablished(calls(kernel, syn.answer(flags: TCP.ack).bytes, at: 10, workload_ingress))
  }

  @Test(
    "A program has one tail call at most, to the policies of flows that begin", .enabled(if: Node.canRun, "needs root"))
  func tailCalls() throws {
    let asking: Set = ["workload_ingress", "workload_egress", "host_ingress", "host_ingress_l3"]
    for (name, instructions) in try Node(.ipv4).translatedInstructions() {
      #expect(instructions.count > 30, "\(name)")
      // The kernel shows a tail call as a call of helper 12.
      #expect(instructions.count { $0.calledHelper == .tailCall } == (asking.contains(name) ? 1 : 0), "\(name)")
    }
  }
}
