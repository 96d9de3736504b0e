import DataplaneABI
import KernelRuntime
import Testing

@Suite("Which RST ends a flow")
struct ResetTests {
  private let second: UInt64 = 1_000_000_000

  /// A connection whose sides acknowledged 5000 (of the client) and 900000 (of the server).
  private func connection(_ family: FamilyName, service: Bool) -> World {
    let world = World(family)
    if service { world.service(backends: [.pod(2)]) }
    client(world, service, .syn, sequence: 4999)
    server(world, service, .synAck, sequence: 899_999, acknowledgement: 5000)
    client(world, service, .ack, sequence: 5000, acknowledgement: 900_000)
    return world
  }

  private func client(
    _ world: World, _ service: Bool, _ transport: Frame.Transport, sequence: UInt32, acknowledgement: UInt32 = 0
  ) {
    var frame = world.frame(from: .pod(1), 40_000, to: service ? .service(10) : .pod(2), service ? 80 : 8080, transport)
    (frame.sequence, frame.acknowledgement) = (sequence, acknowledgement)
    world.fromPod(1, frame)
  }

  private func server(
    _ world: World, _ service: Bool, _ transport: Frame.Transport, sequence: UInt32, acknowledgement: UInt32 = 0
  ) {
    var frame = world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, transport)
    (frame.sequence, frame.acknowledgement) = (sequence, acknowledgement)
    world.fromPod(2, frame)
  }

  /// Whether the flow counts as reset.
  private func isReset(_ world: World) -> Bool {
    world.kernel.now += 41 * second
    return world.sweep().ends[.resetSeen] != nil
  }

  @Test(
    "of an established connection: one at, or up to a window after, what the other side acknowledged last",
    arguments: FamilyName.allCases, [false, true])
  func established(_ family: FamilyName, _ service: Bool) {
    let cases: [(sequence: UInt32, fromClient: Bool, ends: Bool)] = [
      (5000, true, true), (5001, true, true), (70_535, true, true), (70_536, true, false), (4999, true, false),
      (900_000, true, false), (0, true, false),
      (900_000, false, true), (965_535, false, true), (965_536, false, false), (899_999, false, false),
      (5000, false, false),
    ]
    for (sequence, fromClient, ends) in cases {
      let world = connection(family, service: service)
      if fromClient {
        client(world, service, .tcp(flags: TCPFlags.rst), sequence: sequence)
      } else {
        server(world, service, .tcp(flags: TCPFlags.rst), sequence: sequence)
      }
      let doubtful = world.events(.doubtfulReset, interface: fromClient ? 11 : 12)
      #expect(doubtful == (ends ? 0 : 1), "\(sequence) of the client: \(fromClient)")
      #expect(isReset(world) == ends, "\(sequence) of the client: \(fromClient)")
    }
  }

  @Test("numbers go round", arguments: FamilyName.allCases)
  func wrap(_ family: FamilyName) {
    let world = connection(family, service: false)
    server(world, false, .ack, sequence: 900_000, acknowledgement: .max - 9)
    client(world, false, .tcp(flags: TCPFlags.rst), sequence: 20)
    #expect(isReset(world))
  }

  @Test("the answer to a SYN: the one that acknowledges just that SYN", arguments: FamilyName.allCases, [false, true])
  func refused(_ family: FamilyName, _ service: Bool) {
    let answers: [(flags: UInt8, acknowledgement: UInt32, ends: Bool)] = [
      (TCPFlags.rst | TCPFlags.ack, 5000, true), (TCPFlags.rst | TCPFlags.ack, 4999, false),
      (TCPFlags.rst | TCPFlags.ack, 5001, false), (TCPFlags.rst, 5000, false),
    ]
    for (flags, acknowledgement, ends) in answers {
      let world = World(family)
      if service { world.service(backends: [.pod(2)]) }
      client(world, service, .syn, sequence: 4999)
      server(world, service, .tcp(flags: flags), sequence: 0, acknowledgement: acknowledgement)
      #expect(isReset(world) == ends, "\(flags) \(acknowledgement)")
    }
  }

  @Test("a client that gives up its SYN ends it with the next number", arguments: FamilyName.allCases)
  func givenUp(_ family: FamilyName) {
    for (sequence, ends) in [(UInt32(5000), true), (4999, true), (5001, false)] {
      let world = World(family)
      client(world, false, .syn, sequence: 4999)
      client(world, false, .tcp(flags: TCPFlags.rst), sequence: sequence)
      #expect(isReset(world) == ends, "\(sequence)")
    }
  }

  @Test("one that passes, but that its sender's packets follow, has ended nothing", arguments: FamilyName.allCases)
  func goesOn(_ family: FamilyName) {
    let world = connection(family, service: false)
    client(world, false, .tcp(flags: TCPFlags.rst), sequence: 5000)
    client(world, false, .ack, sequence: 5000, acknowledgement: 900_000)
    #expect(!isReset(world))
    #expect(world.flowCount == 1)
  }

  @Test("a doubtful one is passed on as it is", arguments: FamilyName.allCases)
  func passedOn(_ family: FamilyName) {
    let world = connection(family, service: false)
    var frame = world.frame(from: .pod(1), 40_000, to: .pod(2), 8080, .tcp(flags: TCPFlags.rst))
    frame.sequence = 1
    let outcome = world.fromPod(1, frame)
    #expect(outcome.verdict == .redirect)
    #expect(outcome.bytes.suffix(20) == frame.bytes.suffix(20))
  }
}
