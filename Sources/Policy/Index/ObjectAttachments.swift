/// What an object puts into the sets whose selectors match it, each once.
struct ObjectAttachments: Equatable {
  let addresses: [AddressPrefix]
  let ports: [EndpointPort]

  init(addresses: [AddressPrefix] = [], ports: [EndpointPort] = []) {
    self.addresses = addresses.uniqued
    self.ports = ports.uniqued
  }

  func members(of kind: IPSetKind) -> [IPSetMember] {
    switch kind {
    case .addresses: addresses.map(IPSetMember.prefix)
    case .ports(let name, let proto):
      ports.filter { $0.name == name && $0.proto == proto }.flatMap { port in
        addresses.filter(\.isHost).map { .port($0, proto: proto, port: port.port) }
      }
    }
  }

  /// Whether a member whose address is one of these is made of them.
  func make(_ member: IPSetMember, of kind: IPSetKind) -> Bool {
    guard case .ports(let name, _) = kind, case .port(_, let proto, let port) = member else { return true }
    return ports.contains(EndpointPort(name: name, proto: proto, port: port))
  }
}

/// What of the objects that a selector matches are the set's members.
enum IPSetKind: Equatable {
  case addresses
  case ports(name: String, proto: UInt8)
}

extension IPSetMember {
  var address: AddressPrefix {
    switch self {
    case .prefix(let prefix): prefix
    case .port(let address, _, _): address
    }
  }
}

extension AddressPrefix {
  /// Whether it is a single address.
  fileprivate var isHost: Bool {
    switch self {
    case .ipv4(let prefix): prefix.prefixLength == 32
    case .ipv6(let prefix): prefix.prefixLength == 128
    }
  }
}
