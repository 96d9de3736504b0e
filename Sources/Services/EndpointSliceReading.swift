import CalicoAPI
import DataplaneABI

extension EndpointSliceInfo {
  /// The part of an EndpointSlice that is ours: nil for a slice of another family, or of no Service. What is malformed
  /// is left out and complained about; the rest of the object stays.
  public static func reading(_ slice: EndpointSlice) -> Reading<EndpointSliceInfo> {
    guard slice.addressType == addressType, !slice.serviceName.isEmpty else { return Reading(nil) }
    var info = EndpointSliceInfo(
      service: ServiceName(namespace: slice.namespace, name: slice.serviceName), ports: [], endpoints: [])
    var complaints: [String] = []
    for port in slice.ports {
      // No number means any port, which a service cannot forward to.
      guard let number = port.port else { continue }
      do throws(BadPort) {
        info.ports.append(
          try ServicePortInfo(name: port.name ?? "", port: number, protocol: port.protocol ?? PortProtocol()))
      } catch {
        complaints.append(error.clause)
      }
    }
    for endpoint in slice.endpoints {
      // "Consumers use the first": the API's comment on `addresses`.
      let text = endpoint.addresses.first ?? ""
      guard let address = Address(text), address != .any else {
        complaints.append("endpoint address \"\(text)\" is not an \(addressType) address that can be sent to")
        continue
      }
      info.endpoints.append(
        EndpointInfo(
          address: address, nodeName: endpoint.nodeName, condition: EndpointCondition(endpoint.conditions),
          nodeHints: Set((endpoint.hints?.forNodes ?? []).map(\.name)),
          zoneHints: Set((endpoint.hints?.forZones ?? []).map(\.name))))
    }
    return Reading(info, complaints: complaints)
  }

  private static var addressType: EndpointAddressType { Address.bitWidth == 32 ? .ipv4 : .ipv6 }
}

extension EndpointCondition {
  /// Ready; else the last resort if it serves while it terminates; else nothing.
  init(_ conditions: EndpointConditions) {
    if conditions.isReady {
      self = .ready
    } else {
      self = conditions.isServing && conditions.isTerminating ? .draining : .unavailable
    }
  }
}
