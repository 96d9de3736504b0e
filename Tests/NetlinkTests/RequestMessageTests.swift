import Testing

@testable import Netlink

/// Whole requests, byte by byte, written down from the kernel's headers. Little-endian, as x86-64 and arm64 are.
@Suite("Requests, byte by byte")
struct RequestMessageTests {
  private func expect(
    _ expected: String, sourceLocation: SourceLocation = #_sourceLocation,
    from request: (NetlinkConnection) throws -> Void
  ) throws {
    let socket = ScriptedSocket(acknowledged)
    try request(NetlinkConnection(socket: socket))
    #expect(socket.sent.map(text) == [text(hex(expected))], sourceLocation: sourceLocation)
  }

  private func text(_ bytes: [UInt8]) -> String { HardwareAddress(bytes: bytes).description }

  @Test("A veth: what to set, and the peer as a link message within the message")
  func veth() throws {
    try expect(
      """
      88000000 1000 0506 01000000 00000000       # 136 bytes, RTM_NEWLINK, REQUEST|ACK|EXCL|CREATE, sequence 1
      00 00 0000 00000000 01000000 01000000      # ifinfomsg: flags IFF_UP, of which IFF_UP changes
      0a00 0300 63616c693000 0000                # IFLA_IFNAME "cali0"
      0a00 0100 eeeeeeeeeeee 0000                # IFLA_ADDRESS
      0800 0400 78050000                         # IFLA_MTU 1400
      4800 1280                                  # IFLA_LINKINFO, nested
        0900 0100 7665746800 000000              #   IFLA_INFO_KIND "veth"
        3800 0280                                #   IFLA_INFO_DATA, nested
          3400 0100                              #     VETH_INFO_PEER
            00 00 0000 00000000 00000000 00000000  #     ifinfomsg
            0900 0300 6574683000 000000          #       IFLA_IFNAME "eth0"
            0a00 0100 020000000001 0000          #       IFLA_ADDRESS
            0800 0400 78050000                   #       IFLA_MTU 1400
      """
    ) {
      let peer = VethPeer(name: "eth0", hardwareAddress: HardwareAddress(2, 0, 0, 0, 0, 1), mtu: 1400)
      let mac = HardwareAddress(0xee, 0xee, 0xee, 0xee, 0xee, 0xee)
      try $0.createLink("cali0", .veth(peer: peer), LinkSettings(isUp: true, mtu: 1400, hardwareAddress: mac))
    }
  }

  @Test("A VLAN names its carrier in the link message, its identifier in its data")
  func vlan() throws {
    try expect(
      """
      50000000 1000 0506 01000000 00000000       # 80 bytes, RTM_NEWLINK
      00 00 0000 00000000 00000000 00000000
      0b00 0300 657468302e3500 00                # IFLA_IFNAME "eth0.5"
      0800 0500 02000000                         # IFLA_LINK 2
      1c00 1280                                  # IFLA_LINKINFO, nested
        0900 0100 766c616e00 000000              #   IFLA_INFO_KIND "vlan"
        0c00 0280                                #   IFLA_INFO_DATA, nested
          0600 0100 0500 0000                    #     IFLA_VLAN_ID 5
      """
    ) { try $0.createLink("eth0.5", .vlan(identifier: 5, over: 2)) }
  }

  @Test("A bond")
  func bond() throws {
    try expect(
      """
      48000000 1000 0506 01000000 00000000       # 72 bytes, RTM_NEWLINK
      00 00 0000 00000000 00000000 00000000
      0a00 0300 626f6e643500 0000                # IFLA_IFNAME "bond5"
      1c00 1280                                  # IFLA_LINKINFO, nested
        0900 0100 626f6e6400 000000              #   IFLA_INFO_KIND "bond"
        0c00 0280                                #   IFLA_INFO_DATA, nested
          0500 0100 01 000000                    #     IFLA_BOND_MODE active-backup
      """
    ) { try $0.createLink("bond5", .bond(.activeBackup)) }
  }

  @Test("A vxlan whose packets carry their own tunnel data has no VNI, and its port is big-endian")
  func vxlan() throws {
    try expect(
      """
      60000000 1000 0506 01000000 00000000       # 96 bytes, RTM_NEWLINK
      00 00 0000 00000000 00000000 00000000
      1100 0300 76786c616e2e63616c69636f00 000000  # IFLA_IFNAME "vxlan.calico"
      2c00 1280                                  # IFLA_LINKINFO, nested
        0a00 0100 76786c616e00 0000              #   IFLA_INFO_KIND "vxlan"
        1c00 0280                                #   IFLA_INFO_DATA, nested
          0500 1900 01 000000                    #     IFLA_VXLAN_COLLECT_METADATA
          0500 0700 00 000000                    #     IFLA_VXLAN_LEARNING off
          0600 0f00 12b5 0000                    #     IFLA_VXLAN_PORT 4789
      """
    ) { try $0.createLink("vxlan.calico", .vxlan(Vxlan(isExternal: true))) }
  }

  @Test("A link is looked for by name, without its counters")
  func findLink() throws {
    try expect(
      """
      34000000 1200 0500 01000000 00000000       # 52 bytes, RTM_GETLINK, REQUEST|ACK
      00 00 0000 00000000 00000000 00000000
      0900 0300 6574683000 000000                # IFLA_IFNAME "eth0"
      0800 1d00 08000000                         # IFLA_EXT_MASK RTEXT_FILTER_SKIP_STATS
      """
    ) { _ = try? $0.link(named: "eth0") }
  }

  @Test("An IPv6 address that is usable at once")
  func address6() throws {
    try expect(
      """
      48000000 1400 0506 01000000 00000000       # 72 bytes, RTM_NEWADDR
      0a 80 02 00 07000000                       # ifaddrmsg: AF_INET6, /128, IFA_F_NODAD, global, link 7
      1400 0200 fd650000000000000000000000000002 # IFA_LOCAL
      1400 0100 fd650000000000000000000000000002 # IFA_ADDRESS
      0800 0800 02000000                         # IFA_FLAGS IFA_F_NODAD
      """
    ) {
      try $0.addAddress(InterfaceAddress(prefix("fd65::2/128"), interface: 7, flags: .noDuplicateDetection))
    }
  }

  @Test("An IPv4 address in its subnet")
  func address4() throws {
    try expect(
      """
      28000000 1400 0506 01000000 00000000       # 40 bytes, RTM_NEWADDR
      02 18 00 00 03000000                       # ifaddrmsg: AF_INET, /24, link 3
      0800 0200 0a4d0001                         # IFA_LOCAL
      0800 0100 0a4d0001                         # IFA_ADDRESS
      """
    ) { try $0.addAddress(InterfaceAddress(prefix("10.77.0.1/24"), interface: 3)) }
  }

  @Test("A pod's default route: a gateway that no subnet holds")
  func defaultRoute() throws {
    try expect(
      """
      34000000 1800 0506 01000000 00000000       # 52 bytes, RTM_NEWROUTE
      02 00 00 00 fe 03 00 01 04000000           # rtmsg: /0, main, RTPROT_BOOT, universe, unicast, RTNH_F_ONLINK
      0800 0500 a9fe0101                         # RTA_GATEWAY 169.254.1.1
      0800 0400 02000000                         # RTA_OIF 2
      0800 0f00 fe000000                         # RTA_TABLE 254
      """
    ) {
      try $0.addRoute(Route(.all(.ipv4), gateway: address("169.254.1.1"), interface: 2, flags: .onLink))
    }
  }

  @Test("The route to a local pod, marked as the agent's")
  func podRoute() throws {
    try expect(
      """
      40000000 1800 0505 01000000 00000000       # 64 bytes, RTM_NEWROUTE, REQUEST|ACK|REPLACE|CREATE
      0a 80 00 00 fe 50 00 01 00000000           # rtmsg: AF_INET6, /128, main, protocol 80, unicast
      1400 0100 fd650000000000010000000000000007 # RTA_DST
      0800 0400 05000000                         # RTA_OIF 5
      0800 0f00 fe000000                         # RTA_TABLE 254
      """
    ) {
      try $0.replaceRoute(Route(prefix("fd65:0:0:1::7/128"), interface: 5, routeProtocol: .calico))
    }
  }

  @Test("An IPv4 route without a gateway has link scope")
  func directRoute() throws {
    try expect(
      """
      34000000 1800 0505 01000000 00000000
      02 20 00 00 fe 50 fd 01 00000000           # scope link
      0800 0100 0a410107                         # RTA_DST 10.65.1.7
      0800 0400 05000000
      0800 0f00 fe000000
      """
    ) { try $0.replaceRoute(Route(prefix("10.65.1.7/32"), interface: 5, routeProtocol: .calico)) }
  }

  @Test("A blackhole in a table whose number needs more than 8 bits")
  func blackhole() throws {
    try expect(
      """
      2c000000 1800 0506 01000000 00000000       # 44 bytes, RTM_NEWROUTE
      02 1a 00 00 00 50 00 06 00000000           # rtmsg: /26, table in the attribute, RTN_BLACKHOLE
      0800 0100 0a410900                         # RTA_DST 10.65.9.0
      0800 0f00 e8030000                         # RTA_TABLE 1000
      """
    ) {
      try $0.addRoute(Route(prefix("10.65.9.0/26"), table: 1000, routeProtocol: .calico, type: .blackhole))
    }
  }

  @Test("Two ways with weights 3 and 1")
  func multipath() throws {
    try expect(
      """
      50000000 1800 0506 01000000 00000000       # 80 bytes, RTM_NEWROUTE
      02 18 00 00 fe 03 00 01 00000000
      0800 0100 0a410400                         # RTA_DST 10.65.4.0
      0800 0f00 fe000000                         # RTA_TABLE 254
      2400 0900                                  # RTA_MULTIPATH
        1000 00 02 03000000                      #   rtnexthop: weight less 1, link 3
          0800 0500 0a4d0002                     #     RTA_GATEWAY 10.77.0.2
        1000 00 00 03000000
          0800 0500 0a4d0003
      """
    ) {
      let hops = [
        NextHop(gateway: try address("10.77.0.2"), interface: 3, weight: 3),
        NextHop(gateway: try address("10.77.0.3"), interface: 3),
      ]
      try $0.addRoute(Route(prefix("10.65.4.0/24"), nextHops: hops))
    }
  }

  @Test("An IPv4 route via an IPv6 gateway")
  func viaOtherFamily() throws {
    try expect(
      """
      4c000000 1800 0506 01000000 00000000       # 76 bytes, RTM_NEWROUTE
      02 18 00 00 fe 03 00 01 00000000
      0800 0100 0a410500                         # RTA_DST 10.65.5.0
      1600 1200 0a00 fd770000000000000000000000000009 0000  # RTA_VIA: AF_INET6, fd77::9
      0800 0400 03000000
      0800 0f00 fe000000
      """
    ) { try $0.addRoute(Route(prefix("10.65.5.0/24"), gateway: address("fd77::9"), interface: 3)) }
  }

  @Test("A deletion that names a destination only matches any protocol and any scope")
  func deleteRoute() throws {
    try expect(
      """
      2c000000 1900 0500 01000000 00000000       # 44 bytes, RTM_DELROUTE, REQUEST|ACK
      02 18 00 00 fe 00 ff 01 00000000           # rtmsg: RTPROT_UNSPEC, RT_SCOPE_NOWHERE
      0800 0100 0a410200
      0800 0f00 fe000000
      """
    ) { try $0.deleteRoute(Route(prefix("10.65.2.0/24"))) }
  }

  @Test("Routes are narrowed in the kernel by family, protocol and table")
  func listRoutes() throws {
    try expect(
      """
      24000000 1a00 0103 01000000 00000000       # 36 bytes, RTM_GETROUTE, REQUEST|DUMP
      02 00 00 00 00 50 00 00 00000000           # rtmsg: AF_INET, protocol 80
      0800 0f00 fe000000                         # RTA_TABLE 254
      """
    ) { _ = try $0.routes(family: .ipv4, table: 254, protocol: .calico) }
  }

  @Test("A permanent neighbour")
  func neighbour() throws {
    try expect(
      """
      30000000 1c00 0505 01000000 00000000       # 48 bytes, RTM_NEWNEIGH, REQUEST|ACK|REPLACE|CREATE
      02 000000 02000000 8000 00 00              # ndmsg: AF_INET, link 2, NUD_PERMANENT
      0800 0100 a9fe0101                         # NDA_DST
      0a00 0200 eeeeeeeeeeee 0000                # NDA_LLADDR
      """
    ) {
      try $0.replaceNeighbour(Neighbour(address("169.254.1.1"), hardware("ee:ee:ee:ee:ee:ee"), interface: 2))
    }
  }

  @Test("A vxlan's forwarding entry")
  func forwardingEntry() throws {
    try expect(
      """
      30000000 1c00 0505 01000000 00000000       # 48 bytes, RTM_NEWNEIGH
      07 000000 09000000 8000 02 00              # ndmsg: AF_BRIDGE, link 9, NUD_PERMANENT, NTF_SELF
      0800 0100 0a4d0002                         # NDA_DST 10.77.0.2
      0a00 0200 660000000002 0000                # NDA_LLADDR
      """
    ) {
      try $0.replaceForwardingEntry(
        ForwardingEntry(hardware("66:00:00:00:00:02"), destination: address("10.77.0.2"), interface: 9))
    }
  }

  @Test("A rule")
  func rule() throws {
    try expect(
      """
      34000000 2000 0506 01000000 00000000       # 52 bytes, RTM_NEWRULE
      02 00 18 00 00 0000 01 00000000            # fib_rule_hdr: from a /24, FR_ACT_TO_TBL
      0800 0200 0a410100                         # FRA_SRC 10.65.1.0
      0800 0600 64000000                         # FRA_PRIORITY 100
      0800 0f00 e8030000                         # FRA_TABLE 1000
      """
    ) { try $0.addRule(Rule(family: .ipv4, priority: 100, source: prefix("10.65.1.0/24"), table: 1000)) }
  }

  @Test("The clsact discipline")
  func clsact() throws {
    try expect(
      """
      30000000 2400 0506 01000000 00000000       # 48 bytes, RTM_NEWQDISC
      00000000 05000000 0000ffff f1ffffff 00000000  # tcmsg: link 5, handle ffff:, parent TC_H_CLSACT
      0b00 0100 636c7361637400 00                # TCA_KIND "clsact"
      """
    ) { try $0.addClsact(to: 5) }
  }

  @Test("Each request has the next sequence number")
  func sequence() throws {
    let socket = ScriptedSocket()
    let netlink = NetlinkConnection(socket: socket)
    for _ in 0..<3 { #expect(throws: NetlinkError.self) { try netlink.deleteLink(1) } }
    #expect(socket.sent.map { $0[8] } == [1, 2, 3])
  }

  @Test("What does not fit its length field is refused, not sent")
  func tooLong() throws {
    let socket = ScriptedSocket()
    #expect {
      try NetlinkConnection(socket: socket).addAlternativeName(String(repeating: "x", count: 70_000), to: 1)
    } throws: {
      "\($0)".hasSuffix("attribute 53 has 70005 bytes, the limit is 65535")
    }
    #expect(socket.sent.isEmpty)
  }
}
