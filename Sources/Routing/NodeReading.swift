import CalicoAPI
import DataplaneABI

extension NodeInfo {
  /// One family's half of a Node. What is malformed is left out and named in `complaints`; text of the other family is
  /// not malformed.
  public static func reading(_ node: Node, complaints: inout [String]) -> NodeInfo {
    var info = NodeInfo()
    for text in node.status.internalIPs {
      if let address = Address(text) {
        // The first of a family is the one that counts, as for kubelet.
        info.internalIP = info.internalIP ?? address
      } else if !isAddressOfEitherFamily(text) {
        complaints.append("InternalIP \"\(text)\" is not an address")
      }
    }
    let blocks = node.spec.podCIDRs.isEmpty ? [node.spec.podCIDR].filter { !$0.isEmpty } : node.spec.podCIDRs
    for text in blocks {
      if let block = RouteKey<Address>(text) {
        if block.prefixLength == 0 {
          complaints.append("podCIDR \"\(text)\" would cover every address")
        } else {
          info.podCIDRs.append(block)
        }
      } else if RouteKey<IPv4Address>(text) == nil && RouteKey<IPv6Address>(text) == nil {
        complaints.append("podCIDR \"\(text)\" is not a prefix")
      }
    }
    return info
  }
}

extension WorkloadInfo {
  /// One family's half of a pod that has its own network and has not ended; nil for any other.
  public static func reading(_ pod: Pod, interfaceName: String, complaints: inout [String]) -> WorkloadInfo? {
    guard !pod.spec.hostNetwork, !pod.isFinished, !pod.status.addresses.isEmpty else { return nil }
    var info = WorkloadInfo(interfaceName: interfaceName, addresses: [])
    for text in pod.status.addresses {
      if let address = Address(text), address != .any {
        info.addresses.append(address)
      } else if Address(text) == .any || !isAddressOfEitherFamily(text) {
        complaints.append("podIP \"\(text)\" is not an address a pod can have")
      }
    }
    return info
  }
}

private func isAddressOfEitherFamily(_ text: String) -> Bool { IPv4Address(text) != nil || IPv6Address(text) != nil }
