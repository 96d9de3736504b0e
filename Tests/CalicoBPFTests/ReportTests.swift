import DataplaneABI
import Testing

@testable import calico_bpf

@Suite("What calico-bpf shows")
struct ReportTests {
  @Test("frontends with their backends, and one that is missing")
  func nat() {
    let tcp = IPProtocolNumber.tcp
    let services = NATReport.services(
      frontends: [
        (
          key: FrontendKey(address: IPv4Address(10, 96, 0, 9), port: BigEndian16(53), proto: 17),
          value: Frontend(id: 2, count: 0, flags: [.internalLocal, .maglev, .sourceRanges], maglevSlots: 5)
        ),
        (
          key: FrontendKey(address: IPv4Address(10, 96, 0, 1), port: BigEndian16(80), proto: tcp),
          value: Frontend(id: 1, count: 2, localCount: 1)
        ),
      ],
      backends: [
        (
          key: BackendKey(id: 1, ordinal: 0),
          value: Backend(address: IPv4Address(10, 65, 1, 2), port: BigEndian16(8080))
        )
      ])
    #expect(
      services.map(\.text).joined() == """
        10.96.0.1 port 80 proto 6 id 1 count 2 local 1
        \t1:0\t 10.65.1.2:8080
        \t1:1\t is missing
        10.96.0.9 port 53 proto 17 id 2 count 0 local 0 flags internal-local,maglev,source-ranges

        """)
  }

  @Test("the slots of Maglev tables, in order")
  func maglev() {
    let backend = Backend(address: IPv4Address(10, 65, 1, 2), port: BigEndian16(8080))
    let keys = [BackendKey(id: 3, ordinal: 10), BackendKey(id: 3, ordinal: 2), BackendKey(id: 1, ordinal: 502)]
    #expect(
      MaglevReport.slots(keys.map { (key: $0, value: backend) }).map(\.text).joined() == """
        svc 1 ordinal 502 -> 10.65.1.2:8080
        svc 3 ordinal 2 -> 10.65.1.2:8080
        svc 3 ordinal 10 -> 10.65.1.2:8080

        """)
  }

  @Test("routes, aligned at the colon")
  func routes() {
    let rows = RouteReport.rows([
      (
        key: RouteKey(prefixLength: 24, address: IPv4Address(10, 65, 2, 0)),
        value: Route(
          flags: [.workload, .inPool, .sameSubnet], interfaceIndex: 2, nextHop: IPv4Address(10, 77, 0, 2))
      ),
      (
        key: RouteKey(host: IPv4Address(10, 65, 1, 9)),
        value: Route(flags: [.workload, .local, .inPool], interfaceIndex: 7, mac: MACAddress(1, 2, 3))
      ),
      (key: RouteKey(host: IPv4Address(10, 77, 0, 1)), value: Route(flags: [.host, .local])),
    ])
    #expect(
      RouteReport.text(rows) == """
        10.65.1.9/32: local workload in-pool idx 7
        10.65.2.0/24: remote workload in-pool same-subnet nh 10.77.0.2 idx 2
        10.77.0.1/32: local host

        """)
  }

  private typealias Entry = (key: ConntrackKey<IPv4Address>, value: ConntrackValue<IPv4Address>)
  private static let client = IPv4Address(10, 65, 1, 2)

  /// An entry between the client's port 4000 and another end; `sent` and `answered` are what was seen each way.
  private func entry(
    to other: IPv4Address, _ port: UInt16, sent: LegFlags, answered: LegFlags, lastSeen: UInt64,
    _ translation: Translation<IPv4Address> = .none
  ) -> Entry {
    let key = ConntrackKey(
      proto: 6, source: Self.client, sourcePort: BigEndian16(4000), destination: other,
      destinationPort: BigEndian16(port))
    var opener = ConntrackLeg(flags: sent.union(.opener), arrivalInterface: 1, generation: 1)
    opener.packets = sent.isEmpty ? 0 : 3
    var answerer = ConntrackLeg(flags: answered, arrivalInterface: 2, generation: 1)
    answerer.packets = answered.isEmpty ? 0 : 2
    let clientIsA = key.addressA == Self.client
    var value = ConntrackValue(
      created: 0, aToB: clientIsA ? opener : answerer, bToA: clientIsA ? answerer : opener, translation: translation)
    value.lastSeen = lastSeen
    return (key, value)
  }

  private func translation(
    _ kind: TranslationKind, _ ends: TranslatedEnds, from source: (IPv4Address, UInt16),
    to destination: (IPv4Address, UInt16)
  ) -> Translation<IPv4Address> {
    var translation = Translation<IPv4Address>.none
    translation.kind = kind
    translation.ends = ends
    translation.tuple = Tuple(
      source: source.0, sourcePort: BigEndian16(source.1), destination: destination.0,
      destinationPort: BigEndian16(destination.1))
    return translation
  }

  @Test("the two entries of a flow to a service are one line, from the client's side")
  func conntrack() {
    let backend = IPv4Address(10, 65, 2, 3)
    let service = IPv4Address(10, 96, 0, 1)
    let flows = FlowReport.flows(
      [
        entry(
          to: service, 80, sent: [.synSeen, .ackSeen], answered: [], lastSeen: 1_000_000_000,
          translation(.opener, .destination, from: (Self.client, 4000), to: (backend, 8080))),
        entry(
          to: backend, 8080, sent: [], answered: [.synSeen, .ackSeen], lastSeen: 900_000_000,
          translation(.answers, .source, from: (service, 80), to: (Self.client, 4000))),
        entry(to: IPv4Address(10, 65, 2, 9), 22, sent: .synSeen, answered: [], lastSeen: 4_000_000_000),
      ], now: 3_250_000_000)
    #expect(
      flows.map(\.text).joined() == """
        TCP 10.65.1.2:4000 -> 10.96.0.1:80 -> 10.65.2.3:8080  Active ago 2.2s ESTABLISHED
        TCP 10.65.1.2:4000 -> 10.65.2.9:22  Active ago 0.0s SYN-SENT

        """)
    #expect(flows.first?.packets == 5)
  }

  @Test("a flow whose source is translated is told by its client, with what it leaves as")
  func sourceTranslated() {
    let node = IPv4Address(10, 77, 0, 1)
    let outside = IPv4Address(203, 0, 113, 9)
    let key = ConntrackKey(
      proto: 6, source: node, sourcePort: BigEndian16(20_001), destination: outside, destinationPort: BigEndian16(443))
    let opener = ConntrackLeg(flags: .opener, arrivalInterface: 1, generation: 1)
    let answerer = ConntrackLeg(flags: [], arrivalInterface: 2, generation: 1)
    let nodeIsA = key.addressA == node
    let answers = ConntrackValue(
      created: 0, aToB: nodeIsA ? opener : answerer, bToA: nodeIsA ? answerer : opener,
      translation: translation(.answers, .destination, from: (outside, 443), to: (Self.client, 4000)))
    let flows = FlowReport.flows([(key, answers)], now: 0)
    #expect(
      flows.map(\.text) == ["TCP 10.65.1.2:4000 (as 10.77.0.1:20001) -> 203.0.113.9:443  Active ago 0.0s SYN-SENT\n"])
  }

  @Test("a reset, a finished and a half-open connection are told apart")
  func states() {
    func state(_ client: LegFlags, _ server: LegFlags) -> String? {
      let key = ConntrackKey(
        proto: 6, source: IPv4Address(1, 1, 1, 1), sourcePort: BigEndian16(1), destination: IPv4Address(2, 2, 2, 2),
        destinationPort: BigEndian16(2))
      let value = ConntrackValue<IPv4Address>(
        created: 0, aToB: ConntrackLeg(flags: client, arrivalInterface: 0, generation: 0),
        bToA: ConntrackLeg(flags: server, arrivalInterface: 0, generation: 0), translation: .none)
      return FlowReport.flows([(key, value)], now: 0).first?.tcpState
    }
    #expect(state([.opener, .synSeen], []) == "SYN-SENT")
    #expect(state([.synSeen, .ackSeen], [.synSeen, .ackSeen, .finSeen]) == "ESTABLISHED")
    #expect(state([.finSeen], [.finSeen]) == "CLOSED")
    #expect(state([.synSeen], [.rstSeen, .ackSeen]) == "RESET")
  }

  @Test("counters by interface; a hook without a program counts nothing, not zero")
  func counters() throws {
    var row = Counters()
    row.events[Int(CounterIndex.newFlow.rawValue)] = 3
    row.drops[Int(Drop.sourceNotAllowed.rawValue)] = 5
    let total = CountersReport.sum([row, row])
    let reports = CountersReport.reports([CounterKey(interfaceIndex: 7, hook: 0): total]) { "cali\($0)" }
    let report = try #require(reports.first)
    #expect(report.interface == "cali7")
    #expect(
      report.counters.first { $0.type == "newFlow" }
        == CountersReport.Row(category: "Counted", type: "newFlow", ingress: 6, egress: nil))
    #expect(report.counters.first { $0.type == "sourceNotAllowed" }?.ingress == 10)
    #expect(report.counters.count == CounterIndex.allCases.count + Drop.allCases.count)
    let lines = report.text.split(separator: "\n")
    func cells(_ line: Substring) -> [String] {
      line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
    }
    #expect(cells(lines[1]) == ["CATEGORY", "TYPE", "INGRESS", "EGRESS"])
    #expect(lines.map(cells).contains(["Dropped", "sourceNotAllowed", "10", "N/A"]))
    #expect(Set(lines.dropLast().map(\.count)).count == 1)
    #expect(lines.last == "dumped cali7 counters.")
  }

  @Test("what sockets did is a report of its own, after those of interfaces")
  func sockets() throws {
    var row = Counters()
    row.events[Int(CounterIndex.serviceFlow.rawValue)] = 41
    row.drops[Int(Drop.noBackend.rawValue)] = 2
    let reports = CountersReport.reports([.sockets: row, CounterKey(interfaceIndex: 7, hook: 0): Counters()]) {
      "cali\($0)"
    }
    #expect(reports.map(\.interface) == ["cali7", "sockets"])
    #expect(
      reports.last?.text == """
        +-----------------+----------------+-------+
        | CATEGORY        | TYPE           | CALLS |
        +-----------------+----------------+-------+
        | Counted         | serviceFlow    | 41    |
        | Refused         | noBackend      | 2     |
        | Left to packets | backendMissing | 0     |
        +-----------------+----------------+-------+
        dumped sockets counters.

        """)
  }
}
