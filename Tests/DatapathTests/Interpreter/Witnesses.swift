import DataplaneABI
import Datapath
import KernelRuntime

@testable import DatapathPrograms

/// Runs each packet twice, on kernels that are alike: through the compiled instructions, and through the same source built for the
/// host. Whatever either leaves behind must be the same.
struct Witnesses {
  /// What the compiled program did.
  struct Outcome {
    var verdict: Int32
    var instructions: Int
    var calls: [KernelCall]
    /// By number.
    var helpers: Set<Int32>
  }

  let kernel: SimulatedKernel
  private let bytecode: Bytecode

  init(_ kernel: SimulatedKernel) throws {
    self.kernel = kernel
    bytecode = try Bytecode.loaded(isResizing: kernel.isResizing)
  }

  func run(_ packet: SimulatedPacket, _ program: World.Program) throws -> Outcome {
    try run(packet, program.name) { program.run($0) }
  }

  /// Runs a tc program; `packet` is afterwards as the compiled program left it.
  func run(_ packet: SimulatedPacket, _ name: String, _ program: (ProgramContext) -> Int32) throws -> Outcome {
    let (twin, copy) = (twin(), packet.copy())
    let native = twin.run(copy, program).rawValue
    let outcome = try kernel.interpret(try bytecode.program(name), of: bytecode, on: packet)
    guard outcome.verdict == native, packet.bytes == copy.bytes, packet.mark == copy.mark,
      kernel.redirect == twin.redirect, kernel.copies == twin.copies
    else {
      throw Mismatch(
        """
        \(name): compiled \(outcome.verdict) \(packet.bytes) mark \(packet.mark) \(String(describing: kernel.redirect))
        native \(native) \(copy.bytes) mark \(copy.mark) \(String(describing: twin.redirect))
        """)
    }
    try compare(twin)
    return outcome
  }

  /// Runs a program of a socket hook; `socket` is afterwards as the compiled program left it.
  func run(
    _ socket: SimulatedSocketAddress, _ name: String, _ program: (SocketContext) -> Int32
  ) throws -> Outcome {
    let (twin, copy) = (twin(), socket.copy())
    let native = twin.run(copy, program).rawValue
    let outcome = try kernel.interpret(try bytecode.program(name), on: socket)
    guard outcome.verdict == native, socket.address4 == copy.address4, socket.address6 == copy.address6,
      socket.port == copy.port, kernel.failure == twin.failure
    else { throw Mismatch("\(name): compiled \(outcome.verdict), native \(native)") }
    try compare(twin)
    return outcome
  }

  /// Runs the sweep.
  func sweep(servicesChanged: UInt32) throws -> Outcome {
    let twin = twin()
    var changed = servicesChanged
    let native = twin.run { conntrack_sweep(&changed) }
    let outcome = try kernel.interpret(try bytecode.program("conntrack_sweep"), on: WordInput(servicesChanged))
    guard outcome.verdict == native else { throw Mismatch("sweep: compiled \(outcome.verdict), native \(native)") }
    try compare(twin)
    return outcome
  }

  private func twin() -> SimulatedKernel {
    let twin = kernel.copy()
    twin.nextRandom = kernel.nextRandom
    twin.wayOut = kernel.wayOut
    return twin
  }

  private func compare(_ twin: SimulatedKernel) throws {
    guard kernel.calls == twin.calls else { throw Mismatch("calls: compiled \(kernel.calls), native \(twin.calls)") }
    // Scratch memory is laid out alike, but nobody reads what was left in it.
    for definition in DatapathMaps.all where !DatapathMaps.working.contains(definition.name) {
      let (compiled, native) = (kernel.contents(of: definition).bytes, twin.contents(of: definition).bytes)
      guard compiled == native else { throw Mismatch("\(definition.name): compiled \(compiled), native \(native)") }
    }
  }
}

extension SimulatedKernel {
  fileprivate func interpret(
    _ program: Bytecode.Program, of bytecode: Bytecode, on packet: SimulatedPacket
  ) throws -> Witnesses.Outcome {
    try outcome(of: Interpreter(program, of: bytecode, in: self, on: PacketInput(packet))) { body in
      _ = run(packet) { _ in body() }
    }
  }

  fileprivate func interpret(
    _ program: Bytecode.Program, on socket: SimulatedSocketAddress
  ) throws -> Witnesses.Outcome {
    let input = SocketInput(socket)
    defer { input.finish() }
    return try outcome(of: Interpreter(program, in: self, on: input)) { body in _ = run(socket) { _ in body() } }
  }

  fileprivate func interpret(_ program: Bytecode.Program, on word: WordInput) throws -> Witnesses.Outcome {
    try outcome(of: Interpreter(program, in: self, on: word)) { body in _ = run(body) }
  }

  /// `run` makes this kernel the current one while the interpreter works.
  private func outcome(of interpreter: Interpreter, _ run: (() -> Int32) -> Void) throws -> Witnesses.Outcome {
    var result: Result<Int32, any Error> = .success(0)
    run {
      result = Result { try interpreter.run() }
      return 0
    }
    return Witnesses.Outcome(
      verdict: try result.get(), instructions: interpreter.executed, calls: calls, helpers: interpreter.helpers)
  }
}

extension SimulatedPacket {
  /// The same bytes elsewhere, all of them linear.
  func copy() -> SimulatedPacket {
    let copy = SimulatedPacket(bytes, interfaceIndex: interfaceIndex, etherType: etherType)
    copy.mark = mark
    copy.hasVLANTag = hasVLANTag
    copy.segmentSize = segmentSize
    copy.segmentsAreTCP = segmentsAreTCP
    copy.checksumState = checksumState
    if wholeSum != nil { copy.sumUp() }
    return copy
  }
}

extension SimulatedSocketAddress {
  func copy() -> SimulatedSocketAddress {
    let copy = SimulatedSocketAddress(proto: proto, port: port, cookie: cookie, namespaceCookie: namespaceCookie)
    copy.address4 = address4
    copy.address6 = address6
    return copy
  }
}
