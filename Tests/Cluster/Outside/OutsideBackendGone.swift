import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

/// Backends that another node than the one that was asked knows to be gone.
extension RealTraffic.Outside {
  @Test(
    "a connection whose backend is gone is reset, by the backend's node through the tunnel if only that knows of it",
    arguments: [0, 1])
  func backendGoneElsewhere(family: Int) async throws {
    let cluster = try OutsideCluster()
    let pair = try PortPair(cluster, family)
    defer { pair.stop() }
    do {
      try await pair.make()
      try await resets(cluster, pair, family)
    } catch {
      try? await pair.remove()
      throw error
    }
    try await pair.remove()
  }

  private func resets(_ cluster: OutsideCluster, _ pair: PortPair, _ family: Int) async throws {
    let node = cluster.node(1, family)
    try await TestLab.eventually("both backends answer") {
      try Set((0..<8).compactMap { _ in try pair.connection(to: node).ask() }) == PortPair.names
    }
    // Each node chooses for itself. That node1 has never chosen the other of the two happens once in four thousand times.
    var (staying, going): ([ClientSocket], [ClientSocket]) = ([], [])
    for _ in 0..<200 where going.count < 12 {
      let socket = try pair.connection(to: node)
      if socket.ask() == PortPair.going { going.append(socket) } else { staying.append(socket) }
    }
    #expect(going.count == 12)
    let before = try TestLab.counters(on: "node2")[.backendGone]
    try await pair.take(PortPair.going)
    for (number, socket) in going.enumerated() {
      // Some send one packet, and others buffers of many.
      let bytes = [UInt8](repeating: 7, count: number.isMultiple(of: 2) ? 10 : 60_000)
      try await TestLab.eventually("connection \(number) of a backend that is gone is reset", within: .seconds(10)) {
        guard socket.send(bytes) == 0 else { return true }
        return socket.receiveOrError().error == ECONNRESET
      }
    }
    let told = try TestLab.counters(on: "node2")[.backendGone] - before
    print("connections whose backend is gone, IPv\(family == 0 ? 4 : 6): node2 has answered \(told) packets")
    #expect(told >= 1)
    #expect(staying.allSatisfy { $0.ask() == PortPair.staying })
  }
}

/// A service with two ports of one pod on node2 as its backends, each in a slice of its own.
private struct PortPair {
  static let nodePort: UInt16 = 31_060
  static let (staying, going) = ("port-7811", "port-7812")
  static let names: Set = [staying, going]
  private static let ports: [(name: String, port: UInt16)] = [(staying, 7811), (going, 7812)]

  private let client: String
  private let address: InetAddress
  private let servers: [OutsideServer]

  init(_ cluster: OutsideCluster, _ family: Int) throws {
    client = cluster.client.namespace
    address = cluster.there.addresses[family]
    servers = try Self.ports.map { try OutsideServer($0.name, in: cluster.there.namespace, port: $0.port) }
  }

  func stop() { for server in servers { server.stop() } }

  func connection(to node: InetAddress) throws -> ClientSocket {
    let socket = try ClientSocket(.tcp, in: client, isIPv6: node.family == .ipv6, limit: 2)
    _ = socket.connect(to: node, Self.nodePort)
    return socket
  }

  func make() async throws {
    let family = address.family == .ipv4 ? "IPv4" : "IPv6"
    let service = """
      apiVersion: v1
      kind: Service
      metadata: {name: port-pair, namespace: default}
      spec:
        type: NodePort
        ipFamilies: [\(family)]
        ports: [{name: tcp, protocol: TCP, port: 80, nodePort: \(Self.nodePort)}]
      """
    let slices = Self.ports.map { name, port in
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: \(name), namespace: default, labels: {kubernetes.io/service-name: port-pair}}
      addressType: \(family)
      ports: [{name: tcp, protocol: TCP, port: \(port)}]
      endpoints: [{addresses: ["\(address)"], conditions: {ready: true}, nodeName: node2}]
      """
    }
    let applied = try await TestLab.apply(([service] + slices).joined(separator: "\n---\n"))
    guard applied.code == 0 else { throw LabError(applied.output) }
  }

  func take(_ name: String) async throws {
    let deleted = try await TestLab.kubectl("delete", "endpointslice", name)
    guard deleted.code == 0 else { throw LabError(deleted.output) }
  }

  func remove() async throws {
    for object in ["service/port-pair"] + Self.names.map({ "endpointslice/\($0)" }) {
      _ = try await TestLab.kubectl("delete", object, "--ignore-not-found")
    }
  }
}
