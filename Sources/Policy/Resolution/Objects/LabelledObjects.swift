import CalicoAPI

// What sets are made of, from objects of the API.

extension LabelParentID {
  /// The profile of a namespace, which passes `Namespace.passedLabels` on.
  public static func namespace(_ name: String) -> LabelParentID { LabelParentID(ProfileName.namespace(name)) }

  /// The profile of a service account, which passes `ServiceAccount.passedLabels` on.
  public static func serviceAccount(_ name: String, in namespace: String) -> LabelParentID {
    LabelParentID(ProfileName.serviceAccount(name, in: namespace))
  }
}

extension LabelledObjectID {
  public static func pod(_ name: String, in namespace: String) -> LabelledObjectID {
    LabelledObjectID("pod/\(namespace)/\(name)")
  }
  public static func networkSet(_ name: String, in namespace: String) -> LabelledObjectID {
    LabelledObjectID("networkset/\(namespace)/\(name)")
  }
  public static func globalNetworkSet(_ name: String) -> LabelledObjectID {
    LabelledObjectID("globalnetworkset/\(name)")
  }
  public static func hostEndpoint(_ name: String) -> LabelledObjectID { LabelledObjectID("hostendpoint/\(name)") }
}

extension Pod {
  /// nil for a pod that has the node's own network: it is no endpoint. One that has ended has no address any more.
  public var labelledObject: LabelledObject? {
    guard !spec.hostNetwork else { return nil }
    var parents: [LabelParentID] = [.namespace(metadata.namespace)]
    if !spec.serviceAccountName.isEmpty {
      parents.append(.serviceAccount(spec.serviceAccountName, in: metadata.namespace))
    }
    return LabelledObject(
      labels: policyLabels, parents: parents,
      addresses: isFinished ? [] : status.addresses.compactMap { AddressPrefix($0) },
      ports: spec.containers.flatMap(\.ports).compactMap(EndpointPort.init))
  }
}

extension EndpointPort {
  /// nil for a port without a name.
  fileprivate init?(_ port: ContainerPort) {
    let proto = port.protocol.rawValue.isEmpty ? PortProtocol.tcp : port.protocol
    guard !port.name.isEmpty, let number = UInt16(exactly: port.containerPort), let proto = try? proto.number("") else {
      return nil
    }
    self.init(name: port.name, proto: proto, port: number)
  }
}

extension NetworkSet {
  /// Nets that are none are left out.
  public var labelledObject: LabelledObject {
    LabelledObject(
      labels: policyLabels, parents: [.namespace(metadata.namespace)],
      addresses: spec.nets.compactMap { AddressPrefix($0) })
  }
}

extension GlobalNetworkSet {
  /// Nets that are none are left out.
  public var labelledObject: LabelledObject {
    LabelledObject(labels: policyLabels, addresses: spec.nets.compactMap { AddressPrefix($0) })
  }
}

extension HostEndpoint {
  public var labelledObject: LabelledObject {
    LabelledObject(
      labels: policyLabels, parents: spec.profiles.map { LabelParentID($0) },
      addresses: spec.expectedIPs.compactMap { AddressPrefix($0) },
      ports: spec.ports.compactMap { port in
        guard let proto = port.protocol.number, let number = UInt16(exactly: port.port) else { return nil }
        return EndpointPort(name: port.name, proto: proto, port: number)
      })
  }
}
