import DataplaneABI
import Policy
import Testing

@testable import calico_bpf

@Suite("What calico-bpf shows of policies")
struct PolicyReportTests {
  private static let record = PolicyRecord(
    interface: "cali7", direction: "ingress", family: 4, pod: "default/web", program: 70, programName: "p4i_1a2b3c4d",
    slot: 20,
    rules: [
      .init(
        name: "NetworkPolicy default/web ingress rule 0", tier: "default", action: "allow",
        match: "TCP, from 10.0.0.0/8, to port 80"),
      .init(name: "end of tier default", tier: "default", action: "deny", match: "everything"),
    ])

  @Test("rules in their order, with what they match and how many packets met them")
  func dump() {
    #expect(
      PolicyReport(Self.record, packets: [12, 3]).text == """
        cali7 ingress IPv4, pod default/web, program p4i_1a2b3c4d
        +---------+--------+------------------------------------------+---------+----------------------------------+
        | PACKETS | ACTION | RULE                                     | TIER    | MATCHES                          |
        +---------+--------+------------------------------------------+---------+----------------------------------+
        | 12      | allow  | NetworkPolicy default/web ingress rule 0 | default | TCP, from 10.0.0.0/8, to port 80 |
        | 3       | deny   | end of tier default                      | default | everything                       |
        +---------+--------+------------------------------------------+---------+----------------------------------+

        """)
  }

  @Test("what was counted for another program is not shown for this one")
  func unknownPackets() {
    #expect(PolicyReport(Self.record, packets: nil).rules.map(\.packets) == [nil, nil])
    #expect(PolicyReport(Self.record, packets: nil).text.contains("| ?       | deny "))
  }

  private func denied(
    _ source: IPv6Address, _ destination: IPv6Address, _ proto: UInt8, _ detail: UInt16, family: UInt32, ago: UInt64,
    packets: UInt64 = 1, program: UInt32 = 70, rule: UInt32 = 1
  ) -> (key: DenialKey, value: Denial) {
    (
      DenialKey(
        source: source, destination: destination, transport: PolicyTransport(proto: proto, detail: detail),
        family: family),
      Denial(
        lastSeen: 100_000_000_000 - ago, packets: packets, program: program, rule: rule, interfaceIndex: 7, hook: 0)
    )
  }

  @Test("denials, the last one first, each with who decided")
  func drops() {
    func ipv4(_ last: UInt8) -> IPv6Address { IPv6Address(IPv4Address(10, 65, 1, last).rawValue, 0, 0, 0) }
    let ipv6 = IPv6Address(UInt32(0xfd65_0000).bigEndian, 0, 0, UInt32(2).bigEndian)
    let entries = [
      denied(ipv4(2), ipv4(3), 6, 8080, family: 4, ago: 2_200_000_000, packets: 4),
      denied(ipv6, ipv6, 17, 53, family: 6, ago: 100_000_000, rule: 0),
      denied(ipv4(2), ipv4(9), 1, 0x0800, family: 4, ago: 61_000_000_000, program: 9),
      denied(ipv4(2), ipv4(9), 132, 1, family: 4, ago: 62_000_000_000, rule: .max),
    ]
    let reports = DenialReport.reports(entries, now: 100_000_000_000, deciders: Deciders([Self.record])) { "cali\($0)" }
    #expect(
      reports.map(\.text).joined() == """
        0.1s ago fd65::2 -> [fd65::2]:53 UDP, cali7 ingress, 1 packet: denied by NetworkPolicy default/web ingress rule 0
        2.2s ago 10.65.1.2 -> 10.65.1.3:8080 TCP, cali7 ingress, 4 packets: denied by end of tier default
        61.0s ago 10.65.1.2 -> 10.65.1.9 ICMP type 8 code 0, cali7 ingress, 1 packet: denied by a policy that is no longer in place
        62.0s ago 10.65.1.2 -> 10.65.1.9:1 SCTP, cali7 ingress, 1 packet: denied by a program that could not decide (p4i_1a2b3c4d)

        """)
  }
}
