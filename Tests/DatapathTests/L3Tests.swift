import DataplaneABI
import KernelRuntime
import Testing

@testable import DatapathPrograms

@Suite("Interfaces whose packets have no link header")
struct L3Tests {
  private func run(
    _ world: World, _ frame: Frame, mark: UInt32 = 0, _ program: (ProgramContext) -> Int32
  ) -> (verdict: Verdict, bytes: [UInt8]) {
    let packet = SimulatedPacket(
      Array(frame.bytes.dropFirst(14)), interfaceIndex: World.fabric, etherType: world.family.etherType.bigEndian)
    packet.mark = mark
    return (world.kernel.run(packet, program), packet.bytes)
  }

  @Test("what they bring for a pod gets a header on its way there", arguments: FamilyName.allCases)
  func toPod(_ family: FamilyName) {
    let world = World(family)
    var frame = world.frame(from: .outside(9), to: .pod(1), .syn)
    let result = run(world, frame, host_ingress_l3)
    #expect(world.kernel.redirect == .peer(of: 11))
    frame.hopLimit -= 1
    #expect(Array(result.bytes.dropFirst(14)) == Array(frame.bytes.dropFirst(14)))
    #expect(
      Array(result.bytes.prefix(14)) == [2, 0, 0, 0, 0, 1] + [UInt8](repeating: 0xee, count: 6) + frame.bytes[12...13])
    #expect(world.flowCount == 1)
  }

  @Test("what is not for pods goes to the host as it came, behind a header of zeroes", arguments: FamilyName.allCases)
  func toHost(_ family: FamilyName) {
    let world = World(family)
    let frame = world.frame(from: .outside(9), to: .node(1), .syn)
    let result = run(world, frame, host_ingress_l3)
    #expect(result.verdict == .next)
    #expect(Array(result.bytes.dropFirst(14)) == Array(frame.bytes.dropFirst(14)))
    #expect(world.events(.toHost, interface: World.fabric) == 1)
  }

  @Test("what was left untranslated does not leave by them either", arguments: FamilyName.allCases)
  func untranslated(_ family: FamilyName) {
    let world = World(family)
    let frame = world.frame(from: .pod(1), to: .outside(9), .syn)
    #expect(run(world, frame, host_egress_l3).verdict == .next)
    #expect(run(world, frame, mark: 0x0300_0000, host_egress_l3).verdict == .drop)
    #expect(world.drops(.untranslated, interface: World.fabric, egress: true) == 1)
  }
}
