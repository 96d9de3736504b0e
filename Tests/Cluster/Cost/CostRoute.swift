import Foundation
import Netlink
import PathTable

@testable import Lab

/// Two pods on two nodes, and the address by which one dials the other.
struct CostRoute: Sendable {
  enum Way: String, CaseIterable {
    case bare = "bare forwarding"
    case pod = "pod to pod"
    case service = "through a ClusterIP"
  }

  let way: Way
  let client: NetworkNamespace
  let server: NetworkNamespace
  /// What is dialled.
  let address: InetAddress

  /// What is dialled directly has a port of its own: a client may use one port for both ways, and the server would wait after
  /// the one way's connection when the other's comes.
  private static let directPort = PathCluster.serverPort + 1
  /// What is dialled.
  var port: UInt16 { way == .service ? PathCluster.servicePort : Self.directPort }
  /// Where the server listens.
  private var serverPort: UInt16 { way == .service ? PathCluster.serverPort : Self.directPort }

  /// All ways, IPv4 first.
  static func all(_ cluster: PathCluster, _ bare: BareForwarding) throws -> [CostRoute] {
    let bare = (
      client: try NetworkNamespace(named: bare.pods[0].namespace),
      server: try NetworkNamespace(named: bare.pods[1].namespace), addresses: bare.pods[1].addresses
    )
    let lab = try pods(cluster)
    return [0, 1].flatMap { family in
      [
        CostRoute(
          way: .bare, client: bare.client, server: bare.server, address: bare.addresses[family])
      ] + lab.filter { $0.address.family == bare.addresses[family].family }
    }
  }

  /// Those through the lab's nodes.
  static func pods(_ cluster: PathCluster) throws -> [CostRoute] {
    let client = try NetworkNamespace(named: try TestLab.record(PathEnd.clientPod.word).namespace)
    let server = try NetworkNamespace(named: try TestLab.record(PathEnd.podThere.word).namespace)
    func routes(_ way: Way, _ addresses: [InetAddress]) -> [CostRoute] {
      addresses.map { CostRoute(way: way, client: client, server: server, address: $0) }
    }
    return routes(.pod, try cluster.resident(.podThere).addresses)
      + routes(.service, cluster.services[.podThere] ?? [])
  }

  /// Has the server take connections.
  func listen() throws -> StreamSocket {
    let listener = try server.run { try StreamSocket(listeningOn: serverPort) }
    listener.limitWaiting(.seconds(10))
    return listener
  }

  /// Opens a connection, by the packets of a process that is in no node's control group.
  func connect() throws -> StreamSocket {
    let domain = address.family == .ipv4 ? AF_INET : AF_INET6
    let socket = StreamSocket(descriptor: try client.socket(domain: domain, type: Int32(SOCK_STREAM.rawValue)))
    try socket.prepare()
    guard socket.connect(to: address.bytes, port: port) else {
      let reason = errnoText()
      socket.close()
      throw LabError("\(address) port \(port) was not reached: \(reason)")
    }
    return socket
  }
}

/// A connection's two ends.
struct CostConnection: Sendable {
  let client: StreamSocket
  let server: StreamSocket

  init(_ route: CostRoute, _ listener: StreamSocket) throws {
    client = try route.connect()
    guard let server = try listener.accept()?.socket else {
      client.close()
      throw LabError("\(route.address) took no connection")
    }
    self.server = server
    try server.prepare()
  }

  func close() {
    client.close()
    server.close()
  }
}

extension StreamSocket {
  /// Sends small writes at once, and waits for nothing longer than it would ever take.
  func prepare() throws {
    limitWaiting(.seconds(10))
    var one = Int32(1)
    guard setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size)) == 0
    else { throw LabError("TCP_NODELAY: \(errnoText())") }
  }
}
