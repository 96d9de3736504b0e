import Dataplane
import DataplaneABI
import Testing

@Suite("bpfConntrackTimeouts")
struct ConntrackTimeoutsTests {
  private let second: UInt64 = 1_000_000_000
  private let none: ConntrackTimeouts.SysctlReader = { _ in nil }

  /// A kernel that answers with a number of its own for each.
  private func kernel(_ name: String) -> UInt64? {
    switch name {
    case "nf_conntrack_tcp_timeout_time_wait": 120
    case "nf_conntrack_tcp_timeout_established": 432_000
    case "nf_conntrack_tcp_timeout_syn_sent": 121
    case "nf_conntrack_generic_timeout": 601
    case "nf_conntrack_icmp_timeout": 31
    default: nil
    }
  }

  @Test("nothing said is Calico's default, with the kernel's own time to wait after FINs")
  func defaults() throws {
    #expect(try ConntrackTimeouts(text: "", sysctl: none) == .standard)
    var expected = ConntrackTimeouts.standard
    expected.tcpFinsSeen = 120 * second
    #expect(try ConntrackTimeouts(text: " ", sysctl: kernel) == expected)
    #expect(try ConntrackTimeouts(fields: [:], sysctl: kernel) == expected)
  }

  @Test("Calico's own default text gives the defaults")
  func calicoText() throws {
    let text =
      "CreationGracePeriod=10s,TCPSynSent=20s,TCPEstablished=1h,TCPFinsSeen=Auto,TCPResetSeen=40s,"
      + "UDPTimeout=60s,GenericTimeout=10m,ICMPTimeout=5s"
    #expect(try ConntrackTimeouts(text: text, sysctl: none) == .standard)
  }

  @Test("each name sets its own field, as text and as a struct")
  func everyField() throws {
    let expected = ConntrackTimeouts(
      creationGracePeriod: second, tcpSynSent: 2 * second, tcpEstablished: 3 * second, tcpFinsSeen: 4 * second,
      tcpResetSeen: 5 * second, udp: 6 * second, generic: 7 * second, icmp: 8 * second)
    let text =
      "CreationGracePeriod=1s, TCPSynSent=2s, TCPEstablished=3s, TCPFinsSeen=4s, TCPResetSeen=5s, UDPTimeout=6s, "
      + "GenericTimeout=7s, ICMPTimeout=8s"
    #expect(try ConntrackTimeouts(text: text, sysctl: none) == expected)
    let fields = [
      "creationGracePeriod": "1s", "tcpSynSent": "2s", "tcpEstablished": "3s", "tcpFinsSeen": "4s",
      "tcpResetSeen": "5s", "udpTimeout": "6s", "genericTimeout": "7s", "icmpTimeout": "8s",
    ]
    #expect(try ConntrackTimeouts(fields: fields, sysctl: none) == expected)
  }

  @Test("Auto is the matching sysctl, and the default where the kernel has none")
  func automatic() throws {
    let text = "TCPSynSent=Auto,TCPEstablished=auto,TCPFinsSeen=AUTO,GenericTimeout=Auto,ICMPTimeout=Auto"
    let timeouts = try ConntrackTimeouts(text: text, sysctl: kernel)
    #expect(timeouts.tcpSynSent == 121 * second)
    #expect(timeouts.tcpEstablished == 432_000 * second)
    #expect(timeouts.tcpFinsSeen == 120 * second)
    #expect(timeouts.generic == 601 * second)
    #expect(timeouts.icmp == 31 * second)
    #expect(try ConntrackTimeouts(text: text, sysctl: none) == .standard)
    // More seconds than 64 bits of nanoseconds hold.
    #expect(try ConntrackTimeouts(text: "ICMPTimeout=Auto", sysctl: { _ in .max }).icmp == 5 * second)
  }

  @Test(
    "a mistake is one sentence that names the part",
    arguments: [
      ("TCPSynSent", ConntrackTimeoutsError.notAPair("TCPSynSent")),
      ("TCPSynSend=20s", .unknownName("TCPSynSend")),
      ("UDPTimeout=60s,udpTimeout=61s", .twice("UDPTimeout")),
      ("TCPResetSeen=Auto", .noAutomatic("TCPResetSeen")),
      ("UDPTimeout=60", .notADuration("UDPTimeout", "60")),
      ("UDPTimeout=", .notADuration("UDPTimeout", "")),
      ("UDPTimeout=-1s", .notADuration("UDPTimeout", "-1s")),
      ("UDPTimeout=0s", .notPositive("UDPTimeout", "0s")),
    ])
  func mistakes(_ text: String, _ error: ConntrackTimeoutsError) {
    #expect(throws: error) { try ConntrackTimeouts(text: text, sysctl: none) }
    #expect(error.description.hasPrefix("bpfConntrackTimeouts: "))
  }

  @Test("durations are Go's")
  func durations() {
    let good: [(String, UInt64)] = [
      ("0", 0), ("1h0m0s", 3_600_000_000_000), ("1.5s", 1_500_000_000), (".5m", 30_000_000_000), ("2.s", 2_000_000_000),
      ("300ms", 300_000_000), ("7us", 7000), ("7\u{b5}s", 7000), ("7\u{3bc}s", 7000), ("9ns", 9), ("+1s", second),
      ("1.0000000009s", 1_000_000_000), ("1h1h", 7_200_000_000_000), ("2562047h", 2_562_047 * 3600 * second),
    ]
    for (text, nanoseconds) in good { #expect(GoDuration.nanoseconds(text) == nanoseconds, "\(text)") }
    for text in [
      "", "1", "s", ".", ".s", "1d", "1 s", " 1s", "-1s", "1s ", "1.2.3s", "٣s", "2562048h", "99999999999999999999s",
    ] {
      #expect(GoDuration.nanoseconds(text) == nil, "\(text)")
    }
  }
}
