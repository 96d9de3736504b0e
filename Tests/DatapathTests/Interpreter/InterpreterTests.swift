import DataplaneABI
import Datapath
import EBPF
import KernelRuntime
import Testing

@testable import DatapathPrograms

/// Seeds repeat: nothing here depends on a clock.
@Suite("The interpreter")
struct InterpreterTests {
  private static let now: UInt64 = 100_000_000_000_000

  @Test("agrees with the simulated run on random packets, sockets and sweeps over random maps, and knows every helper")
  func agrees() throws {
    var helpers: Set<Int32> = []
    var verdicts: Set<Int32> = []
    for seed: UInt64 in 1...60 {
      var chance = Chance(seed: seed)
      chance.isSound = !chance.once(in: 3)
      for outcome in try Self.steps(&chance) {
        helpers.formUnion(outcome.helpers)
        verdicts.insert(outcome.verdict)
      }
    }
    #expect(verdicts.isSuperset(of: [-1, 0, 1, 2, 7]))
    for outcome in try Self.affinity() + Self.heldFragment() + Self.headless() + Self.wayBack() {
      helpers.formUnion(outcome.helpers)
    }
    let missing = try Bytecode.loaded().helpers.subtracting(helpers)
    #expect(missing == [], "no packet and no socket made a program call these helpers")
  }

  /// Random maps, and what happens over them.
  private static func steps(_ chance: inout Chance) throws -> [Witnesses.Outcome] {
    let side = SimulatedSide()
    side.begin(random: chance.pick(Twin.randoms))
    for step in [.set(RandomContents.settings)] + RandomContents.make(&chance) { _ = try side.play(step, now: now) }
    let witnesses = try Witnesses(side.kernel)
    var outcomes = try sockets(witnesses, &chance)
    var source = RandomSteps(chance)
    for _ in 0..<80 {
      let step = try source.next { try side.flows }
      source.saw(step, try take(step, side, witnesses, &outcomes))
    }
    return outcomes
  }

  private static func take(
    _ step: Step, _ side: SimulatedSide, _ witnesses: Witnesses, _ outcomes: inout [Witnesses.Outcome]
  ) throws -> Outcome {
    switch step {
    case .packet(let shot):
      let packet = SimulatedPacket(shot.bytes, interfaceIndex: Shot.interface)
      packet.mark = shot.mark
      packet.segmentSize = shot.segmentSize
      let outcome = try witnesses.run(packet, shot.program)
      outcomes.append(outcome)
      return Outcome(verdict: outcome.verdict, bytes: packet.bytes, mark: packet.mark)
    case .sweep(let servicesChanged):
      outcomes.append(try witnesses.sweep(servicesChanged: servicesChanged ? 1 : 0))
      return .done
    default: return try side.play(step, now: now)
    }
  }

  private static func sockets(_ witnesses: Witnesses, _ chance: inout Chance) throws -> [Witnesses.Outcome] {
    let programs: [(name: String, body: (SocketContext) -> Int32)] = [
      ("connect4", connect4), ("connect6", connect6), ("connect4_tcp", connect4_tcp), ("connect6_tcp", connect6_tcp),
      ("sendmsg4", sendmsg4), ("sendmsg6", sendmsg6), ("recvmsg4", recvmsg4), ("recvmsg6", recvmsg6),
      ("getpeername4", getpeername4), ("getpeername6", getpeername6),
    ]
    var outcomes: [Witnesses.Outcome] = []
    for _ in 0..<30 {
      let socket = SimulatedSocketAddress(
        proto: chance.pick([6, 17, 262]), port: BigEndian16(chance.pick([80, 8080])),
        cookie: UInt64(chance.below(3)) + 1, namespaceCookie: 1)
      let place: Place = chance.pick([.service(10), .service(11), .service(12), .pod(1), .pod(2)])
      socket.address4 = IPv4Address(place)
      socket.address6 = IPv6Address(place)
      let program = chance.pick(programs)
      outcomes.append(try witnesses.run(socket, program.name, program.body))
    }
    return outcomes
  }

  /// A client that keeps to its backend.
  private static func affinity() throws -> [Witnesses.Outcome] {
    let world = World(.v4)
    world.service(backends: [.pod(2)], affinitySeconds: 60)
    let socket = SimulatedSocketAddress(proto: 6, port: BigEndian16(80), cookie: 1, namespaceCookie: 1)
    socket.address4 = IPv4Address(Place.service(10))
    return [try Witnesses(world.kernel).run(socket, "connect4", connect4)]
  }

  /// The second fragment of a datagram, then the first.
  private static func heldFragment() throws -> [Witnesses.Outcome] {
    let world = World(.v4)
    let witnesses = try Witnesses(world.kernel)
    let outcomes = try [[0x00, 0x08], [0x20, 0x00]].map { (place: [UInt8]) in
      var bytes = world.frame(from: .pod(1), to: .pod(2), .udp).bytes
      bytes.replaceSubrange(20..<22, with: place)
      return try witnesses.run(SimulatedPacket(bytes, interfaceIndex: World.interface(of: 1)), .workloadIngress)
    }
    #expect(world.kernel.copies.count == 1)
    return outcomes
  }

  /// A packet that comes without a link header.
  private static func headless() throws -> [Witnesses.Outcome] {
    let world = World(.v4)
    let bytes = world.frame(from: .outside(9), to: .pod(1), .syn).bytes
    let packet = SimulatedPacket(
      Array(bytes.dropFirst(14)), interfaceIndex: World.fabric, etherType: EtherType.ipv4.bigEndian)
    return [try Witnesses(world.kernel).run(packet, "host_ingress_l3", host_ingress_l3)]
  }

  /// A packet from outside whose sender the host's routes know.
  private static func wayBack() throws -> [Witnesses.Outcome] {
    let world = World(.v4)
    world.state.flags = .wantsSameWayBack
    world.kernel.wayOut = { $0.interfaceIndex }
    let bytes = world.frame(from: .outside(9), to: .pod(1), .syn).bytes
    let packet = SimulatedPacket(bytes, interfaceIndex: World.fabric)
    return [try Witnesses(world.kernel).run(packet, .hostIngress)]
  }

  @Test("counts what it executes, and knows what it cannot do")
  func counts() throws {
    var code = Assembler()
    code.move(.r0, 0)
    code.move(.r2, 10)
    code.label("again")
    code.arithmetic(.add, .r0, .r2)
    code.arithmetic(.subtract, .r2, 1)
    code.jump(.notEqual, .r2, 0, to: "again")
    code.loadConstant(.r1, 1 << 40)
    code.arithmetic(.shiftRight, .r1, 40)
    code.arithmetic(.add, .r0, .r1)
    code.exit()
    let program = Bytecode.Program(name: "sum", instructions: try code.assemble())
    let packet = SimulatedPacket([UInt8](repeating: 0, count: 60), interfaceIndex: 1)
    let interpreter = Interpreter(program, in: SimulatedKernel(), on: PacketInput(packet))
    #expect(try interpreter.run() == 56)
    #expect(interpreter.executed == 2 + 10 * 3 + 4)

    var unknown = Assembler()
    unknown.call(.ringBufferOutput)
    unknown.exit()
    let other = Bytecode.Program(name: "other", instructions: try unknown.assemble())
    #expect(throws: Bytecode.Failure.self) {
      try Interpreter(other, in: SimulatedKernel(), on: PacketInput(packet)).run()
    }
  }
}
