import DataplaneABI
import Testing

/// Packets that do not arrive, and those that must be let past.
@Suite("Refusals", .enabled(if: Node.canRun, "needs root"))
struct RefusalJourneys {
  @Test(
    "A pod cannot send as somebody else: not a neighbour, a remote pod, the host or a stranger",
    arguments: Family.allCases)
  func spoofed(family: Family) throws {
    let node = try Node(family)
    let sources = [node.server, node.remotePod, node.address, node.otherNode, node.stranger, node.service]
    for source in sources {
      #expect(try node.fromPod(.tcp(from: source, 40000, to: node.second, 8080, TCP.syn)).verdict == .drop)
      #expect(try node.fromPod(.udp(from: source, 5000, to: node.stranger, 53)).verdict == .drop)
    }
    #expect(try node.count(.sourceNotAllowed) == UInt64(2 * sources.count))
    #expect(try node.tables.flowCount() == 0)
  }

  @Test("A pod cannot join another pod's flow", arguments: Family.allCases)
  func spoofedIntoFlow(family: Family) throws {
    let node = try Node(family)
    let syn = Packet.tcp(from: node.server, 40000, to: node.remotePod, 8080, TCP.syn)
    #expect(try node.fromServer(syn).verdict == .redirect)
    #expect(try node.fromPod(syn.flags(TCP.rst)).verdict == .drop)
    #expect(try node.count(.sourceNotAllowed) == 1)
    #expect(try node.flow(of: syn)?.leg.flags.contains(.rstSeen) == false)
  }

  @Test("The fabric cannot send as a pod or address of this node", arguments: Family.allCases)
  func spoofedFromFabric(family: Family) throws {
    let node = try Node(family)
    for source in [node.client, node.address] {
      #expect(try node.fromFabric(.tcp(from: source, 40000, to: node.server, 8080, TCP.syn)).verdict == .drop)
    }
    #expect(try node.count(.sourceNotAllowed) == 2)
  }

  @Test("A packet cut off anywhere in its headers is dropped, and counted", arguments: Family.allCases)
  func truncated(family: Family) throws {
    let node = try Node(family)
    let whole = Packet.tcp(from: node.client, 40000, to: node.server, 8080, TCP.syn).bytes
    // Newer kernels run no test on what is shorter than its IP header; older ones do.
    let shortest = (15..<whole.count).first { (try? node.fromPod(bytes: Array(whole.prefix($0)))) != nil }
    let first = try #require(shortest)
    #expect(first <= 14 + family.headerLength)
    for length in first + 1..<whole.count {
      #expect(try node.fromPod(bytes: Array(whole.prefix(length))).verdict == .drop, "\(length) bytes")
    }
    #expect(try node.count(.truncated) == UInt64(whole.count - first))
    #expect(try node.tables.flowCount() == 0)
    #expect(try node.fromPod(bytes: whole).verdict == .redirect)
  }

  @Test(
    "A cut-off packet for a pod here is dropped on the way in; one for the host is the host's",
    arguments: Family.allCases)
  func truncatedFromFabric(family: Family) throws {
    let node = try Node(family)
    let headers = 14 + family.headerLength
    let toPod = Packet.tcp(from: node.remotePod, 40000, to: node.server, 8080, TCP.syn).bytes
    #expect(try node.fromFabric(bytes: Array(toPod.prefix(headers + 10))).verdict == .drop)
    let toHost = Packet.tcp(from: node.remotePod, 40000, to: node.address, 8080, TCP.syn).bytes
    #expect(try node.fromFabric(bytes: Array(toHost.prefix(headers + 10))).verdict == .next)
    #expect(try node.count(.truncated) == 1)
  }

  @Test("Headers that contradict themselves are dropped", arguments: Family.allCases)
  func malformed(family: Family) throws {
    let node = try Node(family)
    let good = Packet.tcp(from: node.client, 40000, to: node.server, 8080, TCP.syn)
    var bad = [
      good.with { $0.version = 0 },
      good.with { $0.version = family == .ipv4 ? 0x65 : 0x40 },
      good.with { $0.transport = .tcp(TCP(sourcePort: 40000, destinationPort: 8080, flags: TCP.syn, dataOffset: 4)) },
      good.with { $0.transport = .udp(UDP(sourcePort: 40000, destinationPort: 8080, length: 7)) },
    ]
    if family == .ipv4 { bad += [good.with { $0.ipLength = 19 }, good.with { $0.version = 0x44 }] }
    for packet in bad { #expect(try node.fromPod(packet).verdict == .drop, "\(packet)") }
    #expect(try node.count(.malformed) == UInt64(bad.count))
    let tooLong = [
      good.with { $0.ipLength = 9000 },
      good.with { $0.transport = .tcp(TCP(sourcePort: 40000, destinationPort: 8080, flags: TCP.syn, dataOffset: 15)) },
      good.with { $0.transport = .udp(UDP(sourcePort: 40000, destinationPort: 8080, length: 9000)) },
    ]
    for packet in tooLong { #expect(try node.fromPod(packet).verdict == .drop, "\(packet)") }
    #expect(try node.count(.truncated) == UInt64(tooLong.count))
  }

  @Test(
    "A plain packet whose time to live runs out is left to the host, which tells the sender", arguments: Family.allCases
  )
  func ttlPlain(family: Family) throws {
    let node = try Node(family)
    for ttl in [UInt8(0), 1] {
      let packet = Packet.udp(from: node.client, 5000, to: node.server, 53).with { $0.ttl = ttl }
      #expect(try node.fromPod(packet).isLeft(as: packet))
    }
    let two = Packet.udp(from: node.client, 5000, to: node.server, 53).with { $0.ttl = 2 }
    #expect(try node.fromPod(two).isRedirected(as: two.delivered(to: MAC.server)))
  }

  @Test(
    "A packet to a service whose time to live runs out is left to the host with its backend", arguments: Family.allCases
  )
  func ttlService(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let packet = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn).with { $0.ttl = 1 }
    let atBackend = packet.with {
      $0.destination = node.server
      $0.destinationPort = 8080
    }
    #expect(try node.fromPod(packet).isLeft(as: atBackend))
    #expect(try node.count(.lastHop) == 1)
  }

  @Test("Pods may speak IP and ARP, nothing else", arguments: Family.allCases)
  func etherTypes(family: Family) throws {
    let node = try Node(family)
    let packet = Packet.udp(from: node.client, 5000, to: node.server, 53)
    for type in [UInt16(0x8100), 0x88cc, 0x8847, 0x22f0] {
      #expect(try node.fromPod(packet.with { $0.etherType = type }).verdict == .drop)
    }
    #expect(try node.count(.unsupportedEtherType) == 4)
    let arp = packet.with { $0.etherType = 0x0806 }
    #expect(try node.fromPod(arp).isLeft(as: arp))
    #expect(try node.fromHost(arp).isLeft(as: arp))
    let lldp = packet.with { $0.etherType = 0x88cc }
    #expect(try node.fromFabric(lldp).isLeft(as: lldp))
  }

  @Test("Neighbour discovery beyond the link is a packet like any other: no way to send as somebody else")
  func discoveryBeyondTheLink() throws {
    let node = try Node(.ipv6)
    for type in UInt8(130)...136 {
      let spoofed = Packet.icmp(from: node.server, to: node.remotePod, type: type)
      #expect(try node.fromPod(spoofed).verdict == .drop, "type \(type)")
    }
    #expect(try node.count(.sourceNotAllowed) == 7)
    let own = Packet.icmp(from: node.client, to: node.remotePod, type: 135)
    #expect(try node.fromPod(own).isRedirected(as: own.forwarded()))
  }

  @Test("Multicast listener reports pass on the link; elsewhere they are a header that is not understood")
  func listenerReports() throws {
    let node = try Node(.ipv6)
    func report(from source: IP, to destination: IP) -> Packet {
      Packet.icmp(from: source, to: destination, type: 143).with {
        $0.proto = 0
        $0.options = [58, 0, 5, 2, 0, 0, 1, 0]
        $0.ttl = 1
      }
    }
    let onLink = report(from: IP("fe80::2"), to: IP("ff02::16"))
    #expect(try node.fromPod(onLink).isLeft(as: onLink))
    #expect(try node.fromPod(report(from: node.client, to: node.remotePod)).verdict == .drop)
    #expect(try node.fromFabric(report(from: node.remotePod, to: node.client)).verdict == .drop)
    let toHost = report(from: node.otherNode, to: node.address)
    #expect(try node.fromFabric(toHost).isLeft(as: toHost))
    #expect(try node.count(.unsupportedHeader) == 2)
  }

  @Test("Neighbour discovery passes untouched and untracked, with any source")
  func neighbourDiscovery() throws {
    let node = try Node(.ipv6)
    for type in UInt8(133)...136 {
      let packet = Packet.icmp(from: IP("fe80::2"), to: IP("ff02::1:ff00:1"), type: type).with {
        $0.ttl = 255
        $0.payload = [UInt8](repeating: 0, count: 16)
      }
      #expect(try node.fromPod(packet).isLeft(as: packet))
      #expect(try node.fromFabric(packet).isLeft(as: packet))
      #expect(try node.fromHost(packet).isLeft(as: packet))
    }
    #expect(try node.tables.flowCount() == 0)
    #expect(try node.drops() == 0)
  }

  @Test("A local pod's route without an interface is no way out", arguments: Family.allCases)
  func brokenRoute(family: Family) throws {
    let node = try Node(family)
    try node.setRoute(node.server, RouteEntry(flags: [.workload, .local]))
    #expect(try node.fromPod(.udp(from: node.client, 5000, to: node.server, 53)).verdict == .drop)
    #expect(try node.count(.noRoute) == 1)
  }
}
