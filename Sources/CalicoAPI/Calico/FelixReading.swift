extension FelixSettings {
  /// The settings that the objects come to, and what is wrong with them.
  public static func reading(_ fields: LayeredFields) -> (settings: FelixSettings, complaints: [FieldComplaint]) {
    var settings = FelixSettings()
    var reader = FieldReader(fields)
    reader.read("bpfEnabled", &settings.isEnabled)
    reader.read("bpfPolicyDebugEnabled", &settings.policyDebug)
    settings.readLoadBalancing(&reader)
    settings.readPorts(&reader)
    settings.readInterfaces(&reader)
    reader.read("natOutgoingExclusions", &settings.natExclusions)
    reader.read("bpfEnforceRPF", &settings.reversePath)
    reader.read("defaultEndpointToHostAction", &settings.endpointToHost)
    reader.read("serviceLoopPrevention", &settings.serviceLoopPrevention)
    settings.readExternalServices(&reader)
    settings.readConntrack(&reader)
    settings.tellWhatIsNotDone(&reader)
    if reader.has("bpfKubeProxyEndpointSlicesEnabled") {
      reader.complain(
        "bpfKubeProxyEndpointSlicesEnabled", "is a setting of older releases", "EndpointSlices are used always")
    }
    return (settings, reader.complaints)
  }

  private mutating func readLoadBalancing(_ reader: inout FieldReader) {
    let older = "bpfConnectTimeLoadBalancingEnabled"
    var isEnabled = true
    if reader.has("bpfConnectTimeLoadBalancing") {
      reader.read("bpfConnectTimeLoadBalancing", &connectTimeLoadBalancing)
    } else if case .bool? = reader.value(older) {
      reader.read(older, &isEnabled)
      connectTimeLoadBalancing = isEnabled ? .enabled : .disabled
    } else {
      reader.read(older, &connectTimeLoadBalancing, taken: "TCP", "is not true or false") { _ in nil }
    }
    reader.read("bpfHostNetworkedNATWithoutCTLB", &hostNetworkedNAT)
    guard connectTimeLoadBalancing == .enabled, hostNetworkedNAT == .enabled else { return }
    reader.complain(
      "bpfHostNetworkedNATWithoutCTLB", "is of no use while bpfConnectTimeLoadBalancing is Enabled", "Disabled is taken"
    )
    hostNetworkedNAT = .disabled
  }

  private mutating func readExternalServices(_ reader: inout FieldReader) {
    reader.read("bpfExternalServiceMode", &externalServiceMode)
    reader.read("vxlanPort", &tunnelPort, taken: "\(tunnelPort)", "is not a port from 1 to 65535") { value in
      guard case .int(let number) = value, number != 0 else { return nil }
      return UInt16(exactly: number)
    }
    readMaglev(&reader)
    reader.read(
      "bpfExtToServiceConnmark", &externalMark, taken: "0, no mark",
      "is not a number from 0 to 4294967295 without bits of 0x1ff00000, which programs use"
    ) { value in
      guard case .int(let number) = value else { return nil }
      return UInt32(exactly: number).flatMap { $0 & Self.ownMarks == 0 ? $0 : nil }
    }
    let field = "bpfDSROptoutCIDRs"
    guard let value = reader.value(field) else { return }
    guard case .array(let elements) = value else {
      reader.complain(field, "\(value) is not a list", "the default, none, is taken", isMistake: true)
      return
    }
    for element in elements {
      if case .string(let text) = element, AddressRangeText.isRange(text) {
        directReturnOptOuts.append(text)
      } else {
        reader.complain(
          field, "has \(element), which is not a range of addresses", "that element is left out", isMistake: true)
      }
    }
  }

  private mutating func readMaglev(_ reader: inout FieldReader) {
    func limit(_ value: FieldValue) -> Int? {
      guard case .int(let number) = value, (1...3000).contains(number) else { return nil }
      return Int(number)
    }
    let expected = "is not a number from 1 to 3000"
    reader.read("bpfMaglevMaxEndpointsPerService", &maglevEndpoints, taken: "\(maglevEndpoints)", expected, limit)
    reader.read("bpfMaglevMaxServices", &maglevServices, taken: "\(maglevServices)", expected, limit)
  }

  private mutating func readPorts(_ reader: inout FieldReader) {
    reader.read(
      "bpfPSNATPorts", &sourcePorts, taken: "\(sourcePorts)",
      "is not a port from 1 to 65535 or a range of them, such as 20000:29999"
    ) { PortSpan($0) }
    reader.read(
      "natPortRange", &natPorts, taken: "any port", "is not a port or a range of them, such as 32768:65535"
    ) { value -> PortSpan?? in
      if value == .int(0) || value == .string("0") || value == .string("") { return .some(nil) }
      return PortSpan(value).map { .some($0) }
    }
  }

  private mutating func readInterfaces(_ reader: inout FieldReader) {
    reader.read(pattern: "bpfDataIfacePattern", &dataInterfacePattern, taken: "what the kernel tells")
    reader.read(pattern: "bpfL3IfacePattern", &l3InterfacePattern, taken: "none")
    reader.read("bpfAttachType", &attachType)
    if case .string(let word)? = reader.value("bpfAttachType"), word.lowercased() == "netkit" {
      reader.complain("bpfAttachType", "is Netkit, and pods have no netkit devices yet", "TCX is taken")
    }
    reader.read(
      "interfacePrefix", &interfacePrefixes, taken: "cali",
      "is not a list of prefixes of 1 to 15 letters, digits, _ and -, with commas between them"
    ) { value in
      guard case .string(let text) = value else { return nil }
      let prefixes = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return prefixes.allSatisfy(Self.isPrefix) ? prefixes : nil
    }
  }

  /// What is understood and differs from what is done anyway is not passed over in silence.
  private func tellWhatIsNotDone(_ reader: inout FieldReader) {
    let standard = FelixSettings()
    if interfacePrefixes != standard.interfacePrefixes {
      reader.complain(
        "interfacePrefix", "names other prefixes than cali, which is not done yet",
        "pods' interfaces are those that begin with cali")
    }
    if natPorts != nil {
      reader.complain("natPortRange", "is not acted on", "translated sources have ports of bpfPSNATPorts")
    }
  }

  private static func isPrefix(_ text: String) -> Bool {
    (1...15).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_" || $0 == "-")
      }
  }

  private mutating func readConntrack(_ reader: inout FieldReader) {
    let sizes = ConntrackSize.range
    reader.read(
      "bpfMapSizeConntrack", &conntrackSize.entries, taken: "\(conntrackSize.entries)",
      "is not a number from \(sizes.lowerBound) to \(sizes.upperBound)"
    ) { value in
      guard case .int(let number) = value else { return nil }
      return UInt32(exactly: number).flatMap { sizes.contains($0) ? $0 : nil }
    }
    reader.read(
      "bpfMapSizePerCpuConntrack", &conntrackSize.entriesPerCPU, taken: "0",
      "is not a number from 0 to \(sizes.upperBound)"
    ) { value in
      guard case .int(let number) = value else { return nil }
      return UInt32(exactly: number).flatMap { $0 <= sizes.upperBound ? $0 : nil }
    }
    reader.read("bpfMapSizeConntrackScaling", &conntrackScaling)
    reader.read(
      "bpfConntrackTimeouts", &conntrackTimeouts, taken: "Calico's timeouts",
      "is not an object of durations such as tcpSynSent: 20s, nor a list such as TCPSynSent=20s,UDPTimeout=60s"
    ) { value -> ConntrackTimeoutsField?? in
      switch value {
      case .string(let text): return .some(.text(text))
      case .object(let members):
        let texts = members.compactMapValues { member in
          if case .string(let text) = member { text } else { nil }
        }
        return texts.count == members.count ? .some(.fields(texts)) : nil
      default: return nil
      }
    }
  }
}
