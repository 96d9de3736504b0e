import DatapathPrograms
import KernelRuntime
import Testing

/// Network cards take VLAN tags off and note them beside the packet, whose bytes then look untagged. A test run cannot say
/// so; the simulated kernel can.
@Suite("VLAN tags")
struct TaggedJourneys {
  private func tagged(_ packet: Packet, at interface: UInt32) -> SimulatedPacket {
    let tagged = SimulatedPacket(packet.bytes, interfaceIndex: interface)
    tagged.hasVLANTag = true
    return tagged
  }

  @Test(
    "A tagged packet from the fabric belongs to another network, even if it names our pod", arguments: Family.allCases)
  func fromFabric(family: Family) {
    let kernel = SimulatedKernel.node(family)
    let syn = Packet.tcp(
      from: family.pick("10.65.2.3", "fd65:0:0:2::3"), 40000, to: family.pick("10.65.1.2", "fd65::2"), 8080, TCP.syn)
    let packet = tagged(syn, at: 20)
    #expect(kernel.run(packet, host_ingress) == .next)
    #expect(packet.bytes == syn.bytes)
    #expect(kernel.run(SimulatedPacket(syn.bytes, interfaceIndex: 20), host_ingress) == .redirect)
  }

  @Test("Pods may not tag their packets", arguments: Family.allCases)
  func fromPod(family: Family) {
    let kernel = SimulatedKernel.node(family)
    let syn = Packet.tcp(
      from: family.pick("10.65.1.2", "fd65::2"), 40000, to: family.pick("10.65.1.3", "fd65::3"), 8080, TCP.syn)
    #expect(kernel.run(tagged(syn, at: 10), workload_ingress) == .drop)
    #expect(kernel.run(SimulatedPacket(syn.bytes, interfaceIndex: 10), workload_ingress) == .redirect)
  }
}
