import CalicoAPI
import Foundation
import Netlink
import PathTable

@testable import Lab

/// Who lives where in the lab: three pods, the nodes, a host outside, and a Service for each server that is dialled through one.
struct PathCluster {
  static let serverPort: UInt16 = 7700
  static let servicePort: UInt16 = 7780
  /// All that a flow under test has at its server's side.
  static let ports = Set([serverPort, servicePort] + PathEnd.allCases.map(\.nodePort))
  /// Of external addresses.
  static let externalRanges = ["192.0.2.0/24", "2001:db8:2::/64"]

  /// Somebody that packets come from or go to.
  struct Resident {
    /// A word of `bin/lab exec`, or a network namespace.
    let name: String
    /// IPv4 first.
    let addresses: [InetAddress]
    var isNamespace = false

    func shell(_ script: String) async throws -> CommandResult {
      isNamespace
        ? try await run(["nsenter", "--net=/run/netns/\(name)", "sh", "-c", script])
        : try await TestLab.shell(in: name, script)
    }
  }

  private(set) var residents: [PathEnd: Resident]
  let services: [PathEnd: [InetAddress]]
  /// Of the clients' node at its second interface, while it has one; IPv4 first.
  private(set) var secondAddresses: [InetAddress] = []

  /// Makes pods and Services, and waits until they have addresses.
  static func make() async throws -> PathCluster {
    let topology = try TestLab.topology()
    let nodes = topology.nodes.map { Resident(name: $0.host.name, addresses: $0.host.addresses.map(\.address)) }
    let outside = Resident(name: topology.client.name, addresses: topology.client.addresses.map(\.address))
    var residents: [PathEnd: Resident] = [.ownNode: nodes[0], .otherNode: nodes[1], .outside: outside]
    var manifests: [String] = []
    for (end, node) in [(PathEnd.clientPod, nodes[0]), (.podHere, nodes[0]), (.podThere, nodes[1])] {
      let selector = "selector: {path: \(end.word)}"
      manifests += [pod(end, on: node.name), service(end, selector: selector), maglev(end, selector: selector)]
    }
    for end in [PathEnd.ownNode, .otherNode] {
      manifests.append(service(end, selector: ""))
      manifests += (residents[end]?.addresses ?? []).map { slice(end, $0, residents[end]?.name ?? "") }
    }
    let applied = try await TestLab.apply(manifests.joined(separator: "\n---\n"))
    guard applied.code == 0 else { throw LabError(applied.output) }
    var services: [PathEnd: [InetAddress]] = [:]
    for end in [PathEnd.clientPod, .podHere, .podThere, .ownNode, .otherNode] {
      services[end] = try await TestLab.addresses(of: end.word)
      guard end.isPod else { continue }
      try await TestLab.eventually("\(end.word) runs") { try await TestLab.pod(end.word).isReady }
      residents[end] = Resident(name: end.word, addresses: try TestLab.record(end.word).addresses)
    }
    return PathCluster(residents: residents, services: services)
  }

  func remove() async throws {
    for end in services.keys {
      _ = try await TestLab.kubectl("delete", "service", end.word)
      guard end.isPod else { continue }
      _ = try await TestLab.kubectl("delete", "pod", end.word)
      _ = try await TestLab.kubectl("delete", "service", "\(end.word)-maglev")
    }
    for end in [PathEnd.ownNode, .otherNode] {
      for family in ["ipv4", "ipv6"] {
        _ = try await TestLab.kubectl("delete", "endpointslice", "\(end.word)-\(family)")
      }
    }
  }

  func resident(_ end: PathEnd) throws -> Resident {
    guard let resident = residents[end] else { throw LabError("nobody is \(end)") }
    return resident
  }

  /// The same, with somebody behind a second switch.
  func with(_ fabric: SecondFabric) -> PathCluster {
    var cluster = self
    cluster.residents[.farOutside] = Resident(name: fabric.namespace, addresses: fabric.client, isNamespace: true)
    cluster.secondAddresses = [0, 1].compactMap { fabric.address(1, $0) }
    return cluster
  }

  // MARK: Manifests

  private static func pod(_ end: PathEnd, on node: String) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(end.word), namespace: default, labels: {path: \(end.word)}}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {kubernetes.io/hostname: \(node)}
      containers: [{name: sleep, image: this-machine, command: [sleep, infinity]}]
    """
  }

  private static func service(_ end: PathEnd, selector: String) -> String {
    """
    apiVersion: v1
    kind: Service
    metadata: {name: \(end.word), namespace: default}
    spec:
      type: NodePort
      ipFamilyPolicy: PreferDualStack
      externalIPs: ["\(end.externalAddresses.map { "\($0)" }.joined(separator: "\", \""))"]
      \(selector)
      ports:
        - {name: tcp, protocol: TCP, port: \(servicePort), targetPort: \(serverPort), nodePort: \(end.nodePort)}
        - {name: udp, protocol: UDP, port: \(servicePort), targetPort: \(serverPort), nodePort: \(end.nodePort)}
        - {name: sctp, protocol: SCTP, port: \(servicePort), targetPort: \(serverPort), nodePort: \(end.nodePort)}
    """
  }

  private static func maglev(_ end: PathEnd, selector: String) -> String {
    """
    apiVersion: v1
    kind: Service
    metadata:
      name: \(end.word)-maglev
      namespace: default
      annotations: {lb.projectcalico.org/external-traffic-strategy: maglev}
    spec:
      ipFamilyPolicy: PreferDualStack
      externalIPs: ["\(end.maglevAddresses.map { "\($0)" }.joined(separator: "\", \""))"]
      \(selector)
      ports:
        - {name: tcp, protocol: TCP, port: \(servicePort), targetPort: \(serverPort)}
        - {name: udp, protocol: UDP, port: \(servicePort), targetPort: \(serverPort)}
    """
  }

  private static func slice(_ end: PathEnd, _ address: InetAddress, _ node: String) -> String {
    let family = address.family == .ipv4 ? "IPv4" : "IPv6"
    return """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: \(end.word)-\(family.lowercased())
        namespace: default
        labels: {kubernetes.io/service-name: \(end.word)}
      addressType: \(family)
      ports: [{name: tcp, protocol: TCP, port: \(serverPort)}, {name: udp, protocol: UDP, port: \(serverPort)}]
      endpoints: [{addresses: ["\(address)"], conditions: {ready: true}, nodeName: \(node)}]
      """
  }
}

extension PathEnd {
  /// Its name as an object of Kubernetes.
  var word: String {
    switch self {
    case .clientPod: "path-client"
    case .podHere: "path-here"
    case .podThere: "path-there"
    case .ownNode: "path-own-node"
    case .otherNode: "path-other-node"
    case .outside: "outside"
    case .farOutside: "far-outside"
    }
  }

  private var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Of the Service in front of it.
  var nodePort: UInt16 { UInt16(30_701 + number) }
  var externalAddresses: [InetAddress] { Self.addresses(1 + number) }
  /// Of the Service in front of it that has a Maglev table.
  var maglevAddresses: [InetAddress] { Self.addresses(101 + number) }

  private static func addresses(_ number: Int) -> [InetAddress] {
    ["192.0.2.\(number)", "2001:db8:2::\(number)"].compactMap { InetAddress($0) }
  }

  var isPod: Bool { [.clientPod, .podHere, .podThere].contains(self) }
}
