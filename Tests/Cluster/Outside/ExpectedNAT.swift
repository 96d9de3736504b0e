import Foundation
import Netlink

@testable import Lab

/// What the API says about services (`kubectl get -o json`), and what each node's maps have to hold therefore. Made from the
/// text alone, by other code than the agent's. It knows what the lab's objects use; what it does not know it refuses.
struct ExpectedNAT: Decodable {
  private let items: [Item]

  static func read() async throws -> ExpectedNAT {
    let result = try await TestLab.kubectl("get", "services,endpointslices,nodes", "-A", "-o", "json")
    guard result.code == 0 else { throw LabError(result.output) }
    return try JSONDecoder().decode(ExpectedNAT.self, from: Data(result.output.utf8))
  }

  func state(on node: String) throws -> NATState {
    var state = NATState()
    for service in items where service.kind == "Service" && service.hasFrontends {
      for clusterIP in service.spec?.clusterIPs ?? [] {
        for port in service.spec?.ports ?? [] {
          try add(service, port, clusterIP, node, to: &state)
        }
      }
    }
    let ports = state.frontends.keys.filter { $0.address == NATState.everyNode }.map(\.port)
    state.nodePorts = [ports.min(), ports.max()].compactMap { $0 }
    return state
  }

  private func add(
    _ service: Item, _ port: Port, _ clusterIP: String, _ node: String, to state: inout NATState
  ) throws {
    let isIPv6 = clusterIP.contains(":")
    let endpoints = try endpoints(of: service, port, isIPv6)
    guard let proto = ["TCP": 6, "UDP": 17, "SCTP": 132][port.protocol ?? "TCP"] as UInt8? else {
      throw LabError("protocol \(port.protocol ?? "")")
    }
    func publish(_ address: String, _ number: UInt16, _ frontend: NATState.Frontend) throws {
      let key = NATState.Key(address: try Self.canonical(address), port: number, proto: proto, isIPv6: isIPv6)
      guard state.frontends.updateValue(frontend, forKey: key) == nil else { throw LabError("two services at \(key)") }
    }
    let staysInside = service.spec?.internalTrafficPolicy == "Local"
    var inside = staysInside ? Self.onNode(endpoints, node) : Self.anywhere(endpoints, node)
    inside.affinitySeconds = service.affinitySeconds
    inside.flags = staysInside ? ["internalLocal"] : []
    if service.usesMaglev {
      inside.flags.append("maglev")
      inside.owners = Self.best(endpoints)
    }
    try publish(clusterIP, port.port ?? 0, inside)

    var outside = Self.both(endpoints, node)
    outside.affinitySeconds = service.affinitySeconds
    outside.flags = service.spec?.externalTrafficPolicy == "Local" ? ["externalLocal"] : []
    if ["NodePort", "LoadBalancer"].contains(service.spec?.type), let number = port.nodePort, number != 0 {
      try publish(NATState.everyNode, number, outside)
    }
    // No other node goes on for a node's own port.
    let maglev = service.usesMaglev ? ["maglev"] : []
    if service.usesMaglev { outside.owners = Self.best(endpoints) }
    for address in service.spec?.externalIPs ?? [] where address.contains(":") == isIPv6 {
      var frontend = outside
      frontend.flags += maglev
      try publish(address, port.port ?? 0, frontend)
    }
    guard service.spec?.type == "LoadBalancer" else { return }
    if let ranges = service.spec?.loadBalancerSourceRanges, !ranges.isEmpty {
      outside.flags.append("sourceRanges")
      outside.ranges = Set(ranges.filter { $0.contains(":") == isIPv6 })
    }
    outside.flags += maglev
    for entry in service.status?.loadBalancer?.ingress ?? [] where entry.ipMode != "Proxy" {
      if let address = entry.ip, address.contains(":") == isIPv6 { try publish(address, port.port ?? 0, outside) }
    }
  }

  // MARK: Endpoints

  private struct Reachable {
    let name: String
    let node: String?
    let isReady: Bool
    let stillServes: Bool
  }

  private func endpoints(of service: Item, _ port: Port, _ isIPv6: Bool) throws -> [Reachable] {
    var found: [String: Reachable] = [:]
    for slice in items where slice.belongs(to: service) && slice.addressType == (isIPv6 ? "IPv6" : "IPv4") {
      guard let target = slice.ports?.first(where: { ($0.name ?? "") == (port.name ?? "") })?.port else { continue }
      for endpoint in slice.endpoints ?? [] {
        guard endpoint.hints == nil else { throw LabError("\(slice.metadata.name) has hints") }
        let isReady = endpoint.conditions?.ready ?? true
        let drains = (endpoint.conditions?.serving ?? isReady) && endpoint.conditions?.terminating == true
        let name = "\(try Self.canonical(endpoint.addresses[0])) \(target)"
        let reachable = Reachable(name: name, node: endpoint.nodeName, isReady: isReady, stillServes: isReady || drains)
        guard found.updateValue(reachable, forKey: name) == nil else { throw LabError("\(name) is in two slices") }
      }
    }
    return Array(found.values)
  }

  /// The ready ones, or else those that end but still serve.
  private static func best(_ endpoints: [Reachable]) -> Set<String> {
    let ready = endpoints.filter(\.isReady)
    return Set((ready.isEmpty ? endpoints.filter(\.stillServes) : ready).map(\.name))
  }

  private static func anywhere(_ endpoints: [Reachable], _ node: String) -> NATState.Frontend {
    frontend(endpoints, best(endpoints), reserved: [], node)
  }

  private static func onNode(_ endpoints: [Reachable], _ node: String) -> NATState.Frontend {
    frontend(endpoints, best(endpoints.filter { $0.node == node }), reserved: [], node)
  }

  private static func both(_ endpoints: [Reachable], _ node: String) -> NATState.Frontend {
    let all = best(endpoints)
    return frontend(
      endpoints, all, reserved: best(endpoints.filter { $0.node == node }).subtracting(all), node)
  }

  private static func frontend(
    _ endpoints: [Reachable], _ chosen: Set<String>, reserved: Set<String>, _ node: String
  ) -> NATState.Frontend {
    var frontend = NATState.Frontend()
    frontend.reserved = reserved
    for endpoint in endpoints {
      let takesNew = chosen.contains(endpoint.name) || reserved.contains(endpoint.name)
      frontend.members[endpoint.name] = takesNew ? ["serving", "takesNew"] : endpoint.stillServes ? ["serving"] : []
      guard chosen.contains(endpoint.name) else { continue }
      if endpoint.node == node { frontend.local.insert(endpoint.name) } else { frontend.remote.insert(endpoint.name) }
    }
    return frontend
  }

  private static func canonical(_ address: String) throws -> String {
    if address == NATState.everyNode { return address }
    guard let known = InetAddress(address) else { throw LabError("\"\(address)\" is no address") }
    return "\(known)"
  }
}

// MARK: The text

extension ExpectedNAT {
  /// A Service, an EndpointSlice or a Node.
  fileprivate struct Item: Decodable {
    let kind: String
    let metadata: Metadata
    let spec: Spec?
    let status: Status?
    let addressType: String?
    let endpoints: [Endpoint]?
    let ports: [Port]?

    var hasFrontends: Bool {
      spec?.type != "ExternalName" && spec?.clusterIP != "None"
        && metadata.labels?["service.kubernetes.io/service-proxy-name"] == nil
        && metadata.annotations?["projectcalico.org/natExcludeService"]?.lowercased() != "true"
    }

    var usesMaglev: Bool {
      metadata.annotations?["lb.projectcalico.org/external-traffic-strategy"] == "maglev"
    }

    var affinitySeconds: UInt32 {
      spec?.sessionAffinity == "ClientIP" ? spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800 : 0
    }

    func belongs(to service: Item) -> Bool {
      kind == "EndpointSlice" && metadata.namespace == service.metadata.namespace
        && metadata.labels?["kubernetes.io/service-name"] == service.metadata.name
    }
  }

  fileprivate struct Metadata: Decodable {
    let name: String
    let namespace: String?
    let labels: [String: String]?
    let annotations: [String: String]?
  }

  fileprivate struct Spec: Decodable {
    struct Affinity: Decodable {
      struct ClientIP: Decodable { let timeoutSeconds: UInt32? }
      let clientIP: ClientIP?
    }

    let type: String?
    let clusterIP: String?
    let clusterIPs: [String]?
    let externalIPs: [String]?
    let externalTrafficPolicy: String?
    let internalTrafficPolicy: String?
    let loadBalancerSourceRanges: [String]?
    let sessionAffinity: String?
    let sessionAffinityConfig: Affinity?
    let ports: [Port]?
  }

  fileprivate struct Port: Decodable {
    let name: String?
    let port: UInt16?
    let `protocol`: String?
    let nodePort: UInt16?
  }

  fileprivate struct Status: Decodable {
    struct Balancer: Decodable {
      struct Entry: Decodable {
        let ip: String?
        let ipMode: String?
      }
      let ingress: [Entry]?
    }
    let loadBalancer: Balancer?
  }

  fileprivate struct Endpoint: Decodable {
    struct Conditions: Decodable {
      let ready: Bool?
      let serving: Bool?
      let terminating: Bool?
    }
    struct Hints: Decodable {}
    let addresses: [String]
    let conditions: Conditions?
    let nodeName: String?
    let hints: Hints?
  }
}
