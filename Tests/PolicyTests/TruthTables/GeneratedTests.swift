import CalicoAPI
import Policy
import PolicyWorld
import Testing

@Suite("Generated policies of Kubernetes")
struct GeneratedTests {
  private static let pods = ["x/a", "x/b", "y/a", "y/b", "z/c"]

  @Test("what is enforced is what the oracle says", arguments: AddressFamily.allCases)
  func agrees(family: AddressFamily) throws {
    let cases = GeneratedPolicies.cases(family)
    #expect(cases.count > 600)
    let packets = try packets(family)
    var enforcement = Enforcement()
    var seen: Set<Bool> = []
    for one in cases {
      var cluster = Topology.cluster(Self.pods.joined(separator: " "))
      for policy in one.policies { cluster.add(policy) }
      enforcement.become(cluster)
      let oracle = Oracle(cluster)
      for (pod, direction, packet) in packets {
        let (namespace, name) = Topology.split(pod)
        let said = oracle.verdict(namespace: namespace, pod: name, direction, packet)
        let done = enforcement.verdict(namespace: namespace, pod: name, direction, packet)
        guard said == done, let said else {
          Issue.record(
            "\(one): \(direction) of \(pod), \(packet): \(String(describing: done)), not \(String(describing: said))")
          return
        }
        seen.insert(said.isAllowed)
      }
    }
    #expect(seen == [true, false])
  }

  private func packets(_ family: AddressFamily) throws -> [(String, PolicyDirection, PolicyPacket)] {
    var packets: [(String, PolicyDirection, PolicyPacket)] = []
    for source in Self.pods {
      for destination in Self.pods where source != destination {
        for transport in Transport.allCases {
          for port in [80, 81, 82] as [UInt16] {
            let packet = PolicyPacket(
              source: try #require(AddressPrefix(Topology.address(source, family))),
              destination: try #require(AddressPrefix(Topology.address(destination, family))),
              proto: transport.rawValue, sourcePort: 40_000, destinationPort: port)
            // Policies are in x, and in y about what is sent.
            if source.hasPrefix("x") || source.hasPrefix("y") { packets.append((source, .egress, packet)) }
            if destination.hasPrefix("x") { packets.append((destination, .ingress, packet)) }
          }
        }
      }
    }
    return packets
  }
}
