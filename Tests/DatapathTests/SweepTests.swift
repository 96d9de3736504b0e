import DataplaneABI
import KernelRuntime
import Testing

@Suite("The sweep of flows")
struct SweepTests {
  private let second: UInt64 = 1_000_000_000

  @Test(
    "a flow goes after the silence that its state allows, and not before",
    arguments: FamilyName.allCases)
  func silence(_ family: FamilyName) {
    let flows: [(String, FlowEnd, seconds: UInt64, [Frame.Transport], answers: [Frame.Transport])] = [
      ("a lone SYN", .unanswered, 20, [.syn], []),
      ("SYN and SYN-ACK", .unanswered, 20, [.syn], [.synAck]),
      ("a client that acknowledges what nobody sent", .unanswered, 20, [.syn, .ack], []),
      ("established", .establishedSilent, 3600, [.syn, .ack], [.synAck]),
      ("one FIN", .establishedSilent, 3600, [.syn, .ack, .fin], [.synAck]),
      ("both FINs", .finsSeen, 30, [.syn, .ack, .fin], [.synAck, .fin]),
      ("a RST", .resetSeen, 40, [.syn, .ack], [.synAck, .rst]),
      ("UDP", .udpSilent, 60, [.udp], []),
      ("another protocol", .genericSilent, 600, [.other(47)], []),
    ]
    for (name, end, seconds, there, back) in flows {
      let world = World(family)
      for transport in there.prefix(1) { world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), transport)) }
      for transport in back { world.fromPod(2, world.frame(from: .pod(2), 80, to: .pod(1), 40_000, transport)) }
      for transport in there.dropFirst() { world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), transport)) }
      world.kernel.now += seconds * second
      #expect(world.sweep().ends.isEmpty, "\(name)")
      #expect(world.flowCount == 1, "\(name)")
      world.kernel.now += 1
      #expect(world.sweep().ends == [end: 1], "\(name)")
      #expect(world.flowCount == 0, "\(name)")
    }
  }

  @Test("nothing younger than the grace period goes", arguments: FamilyName.allCases)
  func grace(_ family: FamilyName) {
    let world = World(family)
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .icmp(type: family.echoRequest, identifier: 7)))
    world.kernel.now += 10 * second
    #expect(world.sweep().ends.isEmpty)
    world.kernel.now += 1
    #expect(world.sweep().ends == [.icmpSilent: 1])
  }

  @Test("the node's settings count, each for its own flows", arguments: FamilyName.allCases)
  func settings(_ family: FamilyName) {
    let world = World(family)
    var timeouts = ConntrackTimeouts.standard
    (timeouts.creationGracePeriod, timeouts.udp, timeouts.tcpSynSent) = (second, 2 * second, 3 * second)
    world.setTimeouts(timeouts)
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .udp))
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .syn))
    world.kernel.now += 2 * second + 1
    #expect(world.sweep().ends == [.udpSilent: 1])
    world.kernel.now += second
    #expect(world.sweep().ends == [.unanswered: 1])
  }

  @Test("both entries of a service's flow go together, by what both have seen", arguments: FamilyName.allCases)
  func service(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.openServiceFlow()
    // The client says nothing any more, the backend goes on.
    world.kernel.now += 3599 * second
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .ack))
    world.kernel.now += 3600 * second
    #expect(world.sweep().ends.isEmpty)
    world.kernel.now += 1
    #expect(world.sweep().ends == [.establishedSilent: 2])
    #expect(world.flowCount == 0)
  }

  @Test(
    "half of a service's flow goes within eight sweeps after its grace period, though packets still come",
    arguments: FamilyName.allCases)
  func orphans(_ family: FamilyName) {
    for half in [0, 1] {
      let world = World(family)
      world.service(proto: IPProtocolNumber.udp, backends: [.pod(2)])
      let frames = [
        world.frame(from: .pod(1), to: .service(10), .udp),
        world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .udp),
      ]
      world.fromPod(1, frames[0])
      world.fromPod(2, frames[1])
      world.evict(frames[1 - half])
      world.kernel.now += 10 * second
      world.fromPod(half == 0 ? 1 : 2, frames[half])
      for _ in 0..<8 { #expect(world.sweep().ends.isEmpty) }
      world.kernel.now += 1
      #expect((0..<8).contains { _ in world.sweep().ends == [.orphan: 1] })
      #expect(world.flowCount == 0)
    }
  }

  @Test("a sweep counts what there was, and begins anew each time", arguments: FamilyName.allCases)
  func counts(_ family: FamilyName) {
    let world = World(family)
    for port: UInt16 in 1...5 { world.fromPod(1, world.frame(from: .pod(1), port, to: .pod(2), 80, .udp)) }
    world.kernel.now += 30 * second
    world.fromPod(1, world.frame(from: .pod(1), 1, to: .pod(2), 80, .udp))
    world.kernel.now += 31 * second
    let first = world.sweep()
    #expect(first.seen == 5)
    #expect(first.ends == [.udpSilent: 4])
    let second = world.sweep()
    #expect(second.seen == 1)
    #expect(second.ends.isEmpty)
  }

  @Test(
    "both entries of a flow that goes are counted, once, whichever is met first, and whether the kernel looked ahead",
    arguments: FamilyName.allCases)
  func countsTakenAlong(_ family: FamilyName) {
    for (answersFirst, buckets) in [(false, [0, 0]), (false, [0, 1]), (true, [0, 0]), (true, [0, 1])] {
      let world = World(family)
      world.service(proto: IPProtocolNumber.udp, backends: [.pod(2)])
      world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .udp))
      let table = world.map(family == .v4 ? MapName.conntrack4 : MapName.conntrack6)
      let keys = table.bytes.sorted { isAnswers($0.value) == answersFirst && isAnswers($1.value) != answersFirst }
      table.visitOrder = zip(keys, buckets).map { ($0.key, UInt32($1)) }
      #expect(world.sweep(servicesChanged: false) == Sweep(seen: 2))
      world.kernel.now += 61 * second
      let sweep = world.sweep(servicesChanged: false)
      #expect(sweep == Sweep(seen: 2, ends: [.udpSilent: 2]), "answers first \(answersFirst), buckets \(buckets)")
    }

    func isAnswers(_ value: [UInt8]) -> Bool {
      let offset =
        family == .v4
        ? MemoryLayout<ConntrackValue<IPv4Address>>.offset(of: \.translation.kind)
        : MemoryLayout<ConntrackValue<IPv6Address>>.offset(of: \.translation.kind)
      return offset.map { UInt16(value[$0]) == TranslationKind.answers.rawValue } ?? false
    }
  }

  @Test("a kept connection whose entry is gone counts where it is removed", arguments: FamilyName.allCases)
  func countsKept(_ family: FamilyName) {
    let world = World(family)
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .syn))
    world.fromPod(2, world.frame(from: .pod(2), 80, to: .pod(1), 40_000, .synAck))
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .ack))
    world.evict(world.frame(from: .pod(1), to: .pod(2), .ack))
    world.kernel.now += 3601 * second
    let sweeps = (0..<8).map { _ in world.sweep() }
    #expect(sweeps.filter { $0 == Sweep(seen: 1, ends: [.establishedSilent: 1]) }.count == 1)
    #expect(sweeps.filter { $0 == Sweep(seen: 0) }.count == 7)
  }

  @Test(
    "only what went both ways counts as answered, and TCP only once it is established", arguments: FamilyName.allCases)
  func answered(_ family: FamilyName) {
    for throughService in [false, true] {
      let world = World(family)
      for proto in [IPProtocolNumber.tcp, IPProtocolNumber.udp] { world.service(proto: proto, backends: [.pod(2)]) }
      let entries: UInt64 = throughService ? 2 : 1
      func there(_ transport: Frame.Transport) {
        world.fromPod(
          1,
          world.frame(from: .pod(1), to: throughService ? .service(10) : .pod(2), throughService ? 80 : 8080, transport)
        )
      }
      func back(_ transport: Frame.Transport) {
        world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, transport))
      }
      for (step, answered) in [
        ({ there(.syn) }, 0), ({ back(.synAck) }, 0), ({ there(.ack) }, entries), ({ there(.udp) }, entries),
        ({ back(.udp) }, 2 * entries),
      ] as [(() -> Void, UInt64)] {
        step()
        _ = world.sweep(servicesChanged: false)
        #expect(world.answered == answered, "through a service: \(throughService)")
      }
    }
  }
}
