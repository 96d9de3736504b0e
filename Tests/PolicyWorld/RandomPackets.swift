import CalicoAPI
import DataplaneABI
import Policy

/// Packets that are near to what rules are about.
package struct RandomPackets {
  package static let ports: [UInt16] = [1, 53, 79, 80, 81, 443, 8080, 65535]

  private static let outside: [AddressFamily: [String]] = [
    .ipv4: ["192.0.2.1", "192.0.2.9", "192.0.2.200", "198.51.100.1", "10.65.0.0", "10.65.0.7", "10.64.255.255"],
    .ipv6: ["2001:db8::1", "2001:db8::9", "2001:db9::1", "fd00:65::", "fd00:65::7", "fd00:64::1"],
  ]

  package struct Question {
    package var namespace: String
    package var pod: String
    package var direction: PolicyDirection
    package var packet: PolicyPacket
  }

  /// nil where there is no pod with an address to ask about.
  package static func question(_ cluster: OracleCluster, _ chance: inout SplitMix) -> Question? {
    let pod = chance.pick(cluster.pods)
    let family = chance.pick(AddressFamily.allCases)
    let own = pod.status.addresses.compactMap { AddressPrefix($0) }.first { $0.family == family }
    guard let own, !pod.spec.hostNetwork, !pod.isFinished else { return nil }
    let pods = cluster.pods.flatMap(\.status.addresses).filter { $0.contains(":") == (family == .ipv6) }
    let others = chance.isTrue(oneIn: 3) || pods.isEmpty ? outside[family] ?? [] : pods
    guard let other = AddressPrefix(chance.pick(others)) else { return nil }

    let direction = chance.pick(PolicyDirection.allCases)
    let isIngress = direction == .ingress
    var packet = PolicyPacket(
      source: isIngress ? other : own, destination: isIngress ? own : other,
      proto: chance.pick([6, 6, 17, 17, 132, 1, 58, 47, 136]))
    if packet.hasPorts {
      packet.sourcePort = chance.pick(ports)
      packet.destinationPort = chance.pick(ports)
    } else if packet.proto == 1 || packet.proto == 58 {
      packet.icmpType = chance.pick([0, 3, 8, 128])
      packet.icmpCode = chance.pick([0, 1])
    }
    return Question(namespace: pod.metadata.namespace, pod: pod.metadata.name, direction: direction, packet: packet)
  }
}
