import CalicoAPI
import DataplaneABI

/// What was read from an object, and what was left out of it because it makes no sense.
public struct Reading<Value> {
  /// nil when the object asks for nothing here.
  public var value: Value?
  /// One clause for each part that was left out, such as "port http: 0 is not in 1 to 65535".
  public var complaints: [String]

  public init(_ value: Value?, complaints: [String] = []) {
    self.value = value
    self.complaints = complaints
  }
}

extension Reading: Equatable where Value: Equatable {}
extension Reading: Sendable where Value: Sendable {}

extension ServiceInfo {
  /// The part of a Service that is ours. Headless and ExternalName services, and those that another proxy serves, have
  /// none. What is malformed is left out and complained about; the rest of the object stays.
  public static func reading(_ service: Service) -> Reading<ServiceInfo> {
    let spec = service.spec
    guard spec.type != .externalName, service.metadata.labels[proxyNameLabel] == nil else { return Reading(nil) }
    let texts = spec.clusterIPs.isEmpty ? [spec.clusterIP] : spec.clusterIPs
    if texts.allSatisfy({ $0.isEmpty || $0 == "None" }) { return Reading(nil) }

    var info = ServiceInfo(
      ports: [], internalLocal: spec.internalTrafficPolicy == .local, affinitySeconds: affinity(of: spec),
      publishNotReadyAddresses: spec.publishNotReadyAddresses)
    var complaints: [String] = []
    for text in texts {
      if let address = IPv4Address(text), info.clusterIPv4 == nil {
        info.clusterIPv4 = address
      } else if let address = IPv6Address(text), info.clusterIPv6 == nil {
        info.clusterIPv6 = address
      } else {
        complaints.append("clusterIP \"\(text)\" is not an address, or the second of its family")
      }
    }
    for port in spec.ports {
      do throws(BadPort) {
        info.ports.append(try ServicePortInfo(name: port.name, port: port.port, protocol: port.protocol))
      } catch {
        complaints.append(error.clause)
      }
    }
    if info.clusterIPv4 == nil && info.clusterIPv6 == nil { return Reading(nil, complaints: complaints) }
    return Reading(info, complaints: complaints)
  }

  /// A service with this label is another proxy's.
  private static let proxyNameLabel = "service.kubernetes.io/service-proxy-name"
  /// The API's default for `sessionAffinityConfig.clientIP.timeoutSeconds`: 3 hours.
  private static let defaultAffinitySeconds: Int32 = 10_800

  private static func affinity(of spec: ServiceSpec) -> UInt32 {
    guard spec.sessionAffinity == .clientIP else { return 0 }
    return UInt32(clamping: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds)
  }
}

/// A port that cannot be one.
struct BadPort: Error {
  /// "port http: 0 is not in 1 to 65535".
  var clause: String
}

extension ServicePortInfo {
  /// A port as the API writes it: no protocol means TCP.
  init(name: String, port: Int32, protocol: PortProtocol) throws(BadPort) {
    let label = name.isEmpty ? "port" : "port \(name)"
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
}
