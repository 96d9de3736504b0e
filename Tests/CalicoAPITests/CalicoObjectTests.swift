import CalicoAPI
import Testing

@Suite("FelixConfigurations and IPPools")
struct CalicoObjectTests {
  private static func read(_ spec: OpenSpec) -> (settings: FelixSettings, sentences: [String]) {
    let reading = FelixSettings.reading(LayeredFields([("FelixConfiguration default", spec)]))
    return (reading.settings, reading.complaints.map(\.sentence))
  }

  @Test("fields that nobody understands survive, whatever they hold")
  func unknownFields() throws {
    let text = #"""
      {"apiVersion":"projectcalico.org/v3","kind":"FelixConfiguration","metadata":{"name":"default"},"spec":\#
      {"bpfEnabled":true,"futureField":{"a":[1,2.5,null,"x"]},"routeTableRanges":[{"max":9,"min":1}]}}
      """#
    let object = try decode(FelixConfiguration.self, text)
    #expect(try encode(object) == text)
  }

  @Test("the same object is read from the group where the cluster keeps it")
  func otherGroup() throws {
    let text = #"""
      {"apiVersion":"crd.projectcalico.org/v1","kind":"IPPool","metadata":{"name":"a"},"spec":{"cidr":"10.65.0.0/16"}}
      """#
    let pool = try decode(CalicoObject<IPPoolKind, CustomProjectCalico>.self, text)
    #expect(pool.spec.fields["cidr"] == "10.65.0.0/16")
    #expect(throws: DecodingError.self) { try decode(IPPool.self, text) }
  }

  @Test("without any field every setting has Calico's default")
  func defaults() {
    let (settings, sentences) = Self.read([:])
    #expect(settings == FelixSettings())
    #expect(settings.sourcePorts.description == "20000:29999")
    #expect(settings.endpointToHost == .drop)
    #expect(settings.connectTimeLoadBalancing == .tcp)
    #expect(sentences == [])
  }

  @Test(
    "ports are a number or a range, with either sign",
    arguments: [
      ("20000:29999", "20000:29999"), ("20000-29999", "20000:29999"), ("4000", "4000"), (4000, "4000"),
      ("1:65535", "1:65535"),
    ] as [(FieldValue, String)])
  func ports(value: FieldValue, text: String) {
    let (settings, sentences) = Self.read(["bpfPSNATPorts": value])
    #expect(settings.sourcePorts.description == text)
    #expect(sentences == [])
  }

  @Test(
    "what is no port or range is named, and the default is taken",
    arguments: ["x", "0", "70000", "2:1", "1:2:3", "-5", "", 0, 65536, true, "+1:5"] as [FieldValue])
  func badPorts(value: FieldValue) {
    let (settings, sentences) = Self.read(["bpfPSNATPorts": value])
    #expect(settings.sourcePorts == .sourceTranslation)
    #expect(
      sentences == [
        "FelixConfiguration default: bpfPSNATPorts \(value) is not a port from 1 to 65535 or a range of them, such as "
          + "20000:29999; the default, 20000:29999, is taken"
      ])
  }

  @Test("how services answer outside: the mode, the clients that opt out, the tunnels' port")
  func externalServices() {
    let (settings, sentences) = Self.read([
      "bpfExternalServiceMode": "dsr", "vxlanPort": 4790,
      "bpfDSROptoutCIDRs": .array(["192.0.2.0/24", "fd65::/64", "198.51.100.7"]),
    ])
    #expect(settings.externalServiceMode == .dsr)
    #expect(settings.tunnelPort == 4790)
    #expect(settings.directReturnOptOuts == ["192.0.2.0/24", "fd65::/64", "198.51.100.7"])
    #expect(sentences == [])
  }

  @Test("of clients that opt out each that makes no sense is left out, and a port that is none has the default")
  func badExternalServices() {
    let (settings, sentences) = Self.read([
      "vxlanPort": 0, "bpfDSROptoutCIDRs": .array(["10.0.0.0/33", "::/129", "x", 7, "10.0.0.0/+8", "10.0.0.0/8"]),
    ])
    #expect(settings.tunnelPort == 4789)
    #expect(settings.directReturnOptOuts == ["10.0.0.0/8"])
    let field = "FelixConfiguration default: bpfDSROptoutCIDRs"
    #expect(
      sentences == [
        "FelixConfiguration default: vxlanPort 0 is not a port from 1 to 65535; the default, 4789, is taken"
      ]
        + ["\"10.0.0.0/33\"", "\"::/129\"", "\"x\"", "7", "\"10.0.0.0/+8\""].map {
          "\(field) has \($0), which is not a range of addresses; that element is left out"
        })
    let text = Self.read(["bpfDSROptoutCIDRs": "10.0.0.0/8"])
    #expect(text.sentences == ["\(field) \"10.0.0.0/8\" is not a list; the default, none, is taken"])
  }

  @Test("the mark of services from outside is a number of 32 bits, and has no bit of the programs' own")
  func externalMark() {
    for (value, mark) in [(64, 64), (0, 0), (0xe00f_ffff, 0xe00f_ffff)] as [(Int64, UInt32)] {
      let (settings, sentences) = Self.read(["bpfExtToServiceConnmark": .int(value)])
      #expect(settings.externalMark == mark)
      #expect(sentences == [])
    }
    for value in [-1, 1 << 32, 0x0100_0000, 0x1000_0001] as [Int64] {
      let (settings, sentences) = Self.read(["bpfExtToServiceConnmark": .int(value)])
      #expect(settings.externalMark == 0)
      #expect(
        sentences == [
          "FelixConfiguration default: bpfExtToServiceConnmark \(value) is not a number from 0 to 4294967295 without bits "
            + "of 0x1ff00000, which programs use; the default, 0, no mark, is taken"
        ])
    }
    #expect(Self.read(["bpfExtToServiceConnmark": "64"]).sentences.count == 1)
  }

  @Test("words are taken in any case, and an unknown one is named with those there are")
  func words() {
    #expect(Self.read(["bpfEnforceRPF": "STRICT"]).settings.reversePath == .strict)
    #expect(Self.read(["defaultEndpointToHostAction": "ACCEPT"]).settings.endpointToHost == .accept)
    let (settings, sentences) = Self.read(["bpfAttachType": "XDP"])
    #expect(settings.attachType == .netkit)
    #expect(
      sentences == [
        "FelixConfiguration default: bpfAttachType \"XDP\" is not Netkit, TCX or TC; the default, Netkit, is taken"
      ])
    #expect(
      Self.read(["bpfAttachType": "netkit"]).sentences == [
        "FelixConfiguration default: bpfAttachType is Netkit, and pods have no netkit devices yet; TCX is taken"
      ])
  }

  @Test(
    "connect-time load balancing: the newer field counts, the older boolean where that is not set",
    arguments: [
      (["bpfConnectTimeLoadBalancingEnabled": true], .enabled),
      (["bpfConnectTimeLoadBalancingEnabled": false], .disabled),
      (["bpfConnectTimeLoadBalancingEnabled": true, "bpfConnectTimeLoadBalancing": "TCP"], .tcp),
      (["bpfConnectTimeLoadBalancing": "Disabled"], .disabled),
    ] as [(OpenSpec, ConnectTimeLoadBalancing)])
  func loadBalancing(spec: OpenSpec, mode: ConnectTimeLoadBalancing) {
    #expect(Self.read(spec).settings.connectTimeLoadBalancing == mode)
  }

  @Test(
    "translation for host processes is off while connect-time load balancing does all, and said only where it was set")
  func hostNetworkedNAT() {
    let implicit = Self.read(["bpfConnectTimeLoadBalancing": "Enabled"])
    #expect(implicit.settings.hostNetworkedNAT == .disabled)
    #expect(implicit.sentences == [])
    let explicit = Self.read([
      "bpfConnectTimeLoadBalancing": "Enabled", "bpfHostNetworkedNATWithoutCTLB": "Enabled",
    ])
    #expect(explicit.settings.hostNetworkedNAT == .disabled)
    #expect(
      explicit.sentences == [
        "FelixConfiguration default: bpfHostNetworkedNATWithoutCTLB is of no use while bpfConnectTimeLoadBalancing is "
          + "Enabled; Disabled is taken"
      ])
  }

  @Test("timeouts may be an object or a list of words")
  func timeouts() {
    #expect(
      Self.read(["bpfConntrackTimeouts": .object(["tcpSynSent": "20s"])]).settings.conntrackTimeouts
        == .fields(["tcpSynSent": "20s"]))
    #expect(
      Self.read(["bpfConntrackTimeouts": "TCPSynSent=20s"]).settings.conntrackTimeouts == .text("TCPSynSent=20s"))
    let bad = Self.read(["bpfConntrackTimeouts": .object(["tcpSynSent": 20])])
    #expect(bad.settings.conntrackTimeouts == nil)
    #expect(bad.sentences.count == 1)
  }

  @Test("patterns must be regular expressions; none and nothing are no pattern")
  func patterns() {
    #expect(Self.read(["bpfDataIfacePattern": "^eth.*"]).settings.dataInterfacePattern == "^eth.*")
    #expect(Self.read(["bpfDataIfacePattern": "none"]).settings.dataInterfacePattern == nil)
    let bad = Self.read(["bpfDataIfacePattern": "("])
    #expect(bad.settings.dataInterfacePattern == nil)
    #expect(
      bad.sentences == [
        "FelixConfiguration default: bpfDataIfacePattern \"(\" is not a regular expression; the default, what the kernel "
          + "tells, is taken"
      ])
  }

  @Test("a later layer's field counts; where it is wrong the default holds, not what the earlier one says")
  func layers() {
    let all: OpenSpec = ["bpfPSNATPorts": "1000:1999", "bpfEnforceRPF": "Strict"]
    let good = FelixSettings.reading(
      LayeredFields([("FelixConfiguration default", all), ("FelixConfiguration node.a", ["bpfPSNATPorts": 7])]))
    #expect(good.settings.sourcePorts.description == "7")
    #expect(good.settings.reversePath == .strict)
    let bad = FelixSettings.reading(
      LayeredFields([("FelixConfiguration default", all), ("FelixConfiguration node.a", ["bpfPSNATPorts": "x"])]))
    #expect(bad.settings.sourcePorts == .sourceTranslation)
    #expect(bad.complaints.map(\.object) == ["FelixConfiguration node.a"])
    let null = FelixSettings.reading(
      LayeredFields([("FelixConfiguration default", all), ("FelixConfiguration node.a", ["bpfPSNATPorts": .null])]))
    #expect(null.settings.sourcePorts.description == "1000:1999")
  }

  @Test("a pool that wants encapsulation is read, and says what it gets")
  func pool() {
    let spec: OpenSpec = ["cidr": "10.65.0.0/16", "natOutgoing": true, "ipipMode": "Always", "blockSize": 26]
    let (settings, complaints) = IPPoolSettings.reading(spec, name: "a")
    #expect(settings.cidr == "10.65.0.0/16")
    #expect(settings.natOutgoing)
    #expect(settings.ipipMode == .always)
    #expect(
      complaints.map(\.sentence) == [
        "IPPool a: ipipMode is Always, and nothing is encapsulated yet; its pods are reached by native routing alone"
      ])
  }

  @Test("prefixes of interfaces are a list of short names")
  func prefixes() {
    #expect(Self.read(["interfacePrefix": "cali,tap"]).settings.interfacePrefixes == ["cali", "tap"])
    #expect(Self.read(["interfacePrefix": "a b"]).sentences.count == 1)
    #expect(Self.read(["interfacePrefix": ""]).sentences.count == 1)
  }

  @Test("what is understood and not done is said, and is no mistake")
  func notDone() {
    let spec: OpenSpec = ["interfacePrefix": "tap", "natPortRange": "1024:2047"]
    let reading = FelixSettings.reading(LayeredFields([("FelixConfiguration default", spec)]))
    #expect(reading.complaints.map(\.field) == ["interfacePrefix", "natPortRange"])
    #expect(reading.complaints.filter(\.isMistake) == [])
    let standard: OpenSpec = ["interfacePrefix": "cali", "natPortRange": 0]
    #expect(Self.read(standard).sentences == [])
  }

  @Test("a size that is no number of entries is named")
  func mapSize() {
    #expect(Self.read(["bpfMapSizeConntrack": 1000]).settings.conntrackSize.entries == 1000)
    for bad: FieldValue in [0, -1, 999, 100_000_001, 4_294_967_296, "1000"] {
      let (settings, sentences) = Self.read(["bpfMapSizeConntrack": bad])
      #expect(settings.conntrackSize.entries == 512_000)
      #expect(
        sentences == [
          "FelixConfiguration default: bpfMapSizeConntrack \(bad) is not a number from 1000 to 100000000; the default, "
            + "512000, is taken"
        ])
    }
  }

  @Test("whether full tables are doubled is one of two words")
  func mapScaling() {
    #expect(Self.read([:]).settings.conntrackScaling == .doubleIfFull)
    #expect(Self.read(["bpfMapSizeConntrackScaling": "disabled"]).settings.conntrackScaling == .disabled)
    let wrong = Self.read(["bpfMapSizeConntrackScaling": "Triple"])
    #expect(wrong.settings.conntrackScaling == .doubleIfFull)
    #expect(wrong.sentences.count == 1)
  }

  @Test("a size for each CPU comes before the one for all, and their product stays within what makes sense")
  func mapSizePerCPU() {
    let both = Self.read(["bpfMapSizeConntrack": 1000, "bpfMapSizePerCpuConntrack": 3000]).settings.conntrackSize
    #expect(both.entries(possibleCPUs: 4) == 12_000)
    let off = Self.read(["bpfMapSizeConntrack": 2000, "bpfMapSizePerCpuConntrack": 0]).settings.conntrackSize
    #expect(off.entries(possibleCPUs: 4) == 2000)
    #expect(Self.read(["bpfMapSizePerCpuConntrack": 1]).settings.conntrackSize.entries(possibleCPUs: 2) == 1000)
    let most = Self.read(["bpfMapSizePerCpuConntrack": 100_000_000]).settings.conntrackSize
    #expect(most.entries(possibleCPUs: 128) == 100_000_000)
    #expect(Self.read(["bpfMapSizePerCpuConntrack": -1]).sentences.count == 1)
  }
}
