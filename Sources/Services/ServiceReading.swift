import CalicoAPI
import DataplaneABI

extension ServiceInfo {
  /// The part of a Service that is ours. Headless and ExternalName services, those that another proxy serves, and those that
  /// want no translation have none. What is malformed is left out and complained about; the rest of the object stays.
  public static func reading(_ service: Service) -> Reading<ServiceInfo> {
    let spec = service.spec
    guard spec.type != .externalName, service.metadata.labels[proxyNameLabel] == nil,
      service.metadata.annotations[excludeAnnotation]?.lowercased() != "true"
    else { return Reading(nil) }
    let texts = spec.clusterIPs.isEmpty ? [spec.clusterIP] : spec.clusterIPs
    if texts.allSatisfy({ $0.isEmpty || $0 == "None" }) { return Reading(nil) }

    var info = ServiceInfo(
      ports: [], internalLocal: spec.internalTrafficPolicy == .local, externalLocal: keepsExternalTraffic(spec),
      affinitySeconds: affinity(of: spec), publishNotReadyAddresses: spec.publishNotReadyAddresses)
    var complaints: [String] = []
    for text in texts {
      if let address = IPv4Address(text), address.canBeServed, info.ipv4 == nil {
        info.ipv4 = ServiceAddresses(clusterIP: address)
      } else if let address = IPv6Address(text), address.canBeServed, info.ipv6 == nil {
        info.ipv6 = ServiceAddresses(clusterIP: address)
      } else {
        complaints.append("clusterIP \"\(text)\" is not an address, or the second of its family")
      }
    }
    if info.ipv4 == nil && info.ipv6 == nil { return Reading(nil, complaints: complaints) }
    info.readStrategy(service, &complaints)
    info.readPorts(spec, &complaints)
    info.readExternalAddresses(service, &complaints)
    info.readSourceRanges(spec, &complaints)
    return Reading(info, complaints: complaints)
  }

  /// A service with this label is another proxy's.
  private static let proxyNameLabel = "service.kubernetes.io/service-proxy-name"
  /// A service with this annotation, "true" in any case, is left to others: Calico's, for caches of names on each node.
  private static let excludeAnnotation = "projectcalico.org/natExcludeService"
  /// How clients outside get their backends: Calico's.
  private static let strategyAnnotation = "lb.projectcalico.org/external-traffic-strategy"
  /// The API's default for `sessionAffinityConfig.clientIP.timeoutSeconds`: 3 hours.
  private static let defaultAffinitySeconds: Int32 = 10_800

  private static func affinity(of spec: ServiceSpec) -> UInt32 {
    guard spec.sessionAffinity == .clientIP else { return 0 }
    return UInt32(clamping: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds)
  }

  /// The policy means something only where somebody may come from outside.
  private static func keepsExternalTraffic(_ spec: ServiceSpec) -> Bool {
    spec.externalTrafficPolicy == .local && (spec.hasNodePorts || !spec.externalIPs.isEmpty)
  }

  private mutating func readStrategy(_ service: Service, _ complaints: inout [String]) {
    guard let strategy = service.metadata.annotations[Self.strategyAnnotation], !strategy.isEmpty else { return }
    usesMaglev = strategy.lowercased() == "maglev"
    if !usesMaglev {
      complaints.append("annotation \(Self.strategyAnnotation) is \"\(strategy)\", and only maglev is known")
    } else if externalLocal {
      complaints.append(
        "externalTrafficPolicy Local does not go with Maglev, which leads to endpoints on any node, but at node ports")
    }
  }

  private mutating func readPorts(_ spec: ServiceSpec, _ complaints: inout [String]) {
    for port in spec.ports {
      do throws(BadPort) {
        var info = try ServicePortInfo(name: port.name, port: port.port, protocol: port.protocol)
        if spec.hasNodePorts, port.nodePort != 0 {
          info.nodePort = UInt16(exactly: port.nodePort) ?? 0
          if info.nodePort == 0 {
            complaints.append("\(ServicePortInfo.label(port.name)): nodePort \(port.nodePort) is not in 1 to 65535")
          }
        }
        ports.append(info)
      } catch {
        complaints.append(error.clause)
      }
    }
    guard spec.type == .loadBalancer, externalLocal, spec.healthCheckNodePort != 0 else { return }
    healthCheckPort = UInt16(exactly: spec.healthCheckNodePort) ?? 0
    if healthCheckPort == 0 {
      complaints.append("healthCheckNodePort \(spec.healthCheckNodePort) is not in 1 to 65535")
    }
  }

  private mutating func readExternalAddresses(_ service: Service, _ complaints: inout [String]) {
    for text in service.spec.externalIPs {
      if let address = IPv4Address(text), address.canBeServed {
        ipv4?.externalIPs.insert(address)
      } else if let address = IPv6Address(text), address.canBeServed {
        ipv6?.externalIPs.insert(address)
      } else {
        complaints.append("externalIP \"\(text)\" is not an address that a service can have")
      }
    }
    guard service.spec.type == .loadBalancer else { return }
    // An entry with a name alone is for clients' resolvers.
    for entry in service.status.loadBalancer.ingress where !entry.ip.isEmpty && entry.ipMode != "Proxy" {
      if let address = IPv4Address(entry.ip), address.canBeServed {
        ipv4?.loadBalancerIPs.insert(address)
      } else if let address = IPv6Address(entry.ip), address.canBeServed {
        ipv6?.loadBalancerIPs.insert(address)
      } else {
        complaints.append("load balancer's address \"\(entry.ip)\" is not one that a service can have")
      }
    }
  }

  /// Ranges that cannot be read, or are of the other family, let nobody in: were they ignored, everybody could come.
  private mutating func readSourceRanges(_ spec: ServiceSpec, _ complaints: inout [String]) {
    if spec.loadBalancerSourceRanges.isEmpty { return }
    ipv4?.sourceRanges = []
    ipv6?.sourceRanges = []
    for text in spec.loadBalancerSourceRanges {
      // As the API server does.
      let range = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      if let key = RouteKey<IPv4Address>(range) {
        ipv4?.sourceRanges?.insert(key)
      } else if let key = RouteKey<IPv6Address>(range) {
        ipv6?.sourceRanges?.insert(key)
      } else {
        complaints.append("loadBalancerSourceRange \"\(text)\" is not a range of addresses")
      }
    }
  }
}

extension ServiceSpec {
  fileprivate var hasNodePorts: Bool { type == .nodePort || type == .loadBalancer }
}

/// A port that cannot be one.
struct BadPort: Error {
  /// "port http: 0 is not in 1 to 65535".
  var clause: String
}

extension ServicePortInfo {
  /// A port as the API writes it: no protocol means TCP.
  init(name: String, port: Int32, protocol: PortProtocol) throws(BadPort) {
    let label = Self.label(name)
    guard let number = UInt16(exactly: port), number != 0 else {
      throw BadPort(clause: "\(label): \(port) is not in 1 to 65535")
    }
    switch `protocol` {
    case .tcp, PortProtocol(): self.init(name: name, proto: IPProtocolNumber.tcp, port: number)
    case .udp: self.init(name: name, proto: IPProtocolNumber.udp, port: number)
    case .sctp: self.init(name: name, proto: IPProtocolNumber.sctp, port: number)
    default: throw BadPort(clause: "\(label): protocol \"\(`protocol`)\" is not TCP, UDP or SCTP")
    }
  }

  /// What messages call a port of that name.
  fileprivate static func label(_ name: String) -> String { name.isEmpty ? "port" : "port \(name)" }
}
