import DataplaneABI
import KernelRuntime
import Testing

/// Random runs check the same for whatever comes in.
@Suite("The sum that receiving hardware gives of a whole packet")
struct WholeSumTests {
  /// Whether the packet goes on, changed, and with a sum that is that of its bytes.
  private func staysTrue(_ world: World, _ frame: Frame) -> Bool {
    let packet = SimulatedPacket(frame.bytes, interfaceIndex: World.fabric)
    packet.sumUp()
    let verdict = world.run(packet, .hostIngress)
    return verdict == .redirect && packet.bytes != frame.bytes && packet.isWholeSumTrue
  }

  @Test("it stays true where the hop limit changes", arguments: FamilyName.allCases)
  func plain(_ family: FamilyName) {
    let world = World(family)
    #expect(staysTrue(world, world.frame(from: .outside(9), to: .pod(1))))
  }

  @Test("it stays true where addresses and ports change", arguments: FamilyName.allCases)
  func translated(_ family: FamilyName) {
    let world = World(family)
    let backend = Place.pod(9, node: 2)
    for (number, transport) in [Frame.Transport.syn, .udp].enumerated() {
      let proto = world.frame(from: .pod(1), to: .service(10), transport).proto
      world.service(proto: proto, id: UInt32(number + 1), backends: [backend])
      world.fromPod(1, world.frame(from: .pod(1), to: .service(10), transport))
      let answer = world.frame(from: backend, 8080, to: .pod(1), 40_000, number == 0 ? .synAck : transport)
      #expect(staysTrue(world, answer))
    }
  }
}
