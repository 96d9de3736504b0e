import Foundation
import Netlink
import PathTable

@testable import Lab

/// One row of the table as traffic: who asks, whom, and what is to be heard.
struct PathExchange {
  let row: PathRow
  let cluster: PathCluster
  let scripts: PathScripts

  private var index: Int { row.family == .ipv4 ? 0 : 1 }
  private var dialled: InetAddress {
    get throws {
      let addresses =
        switch row.path.front {
        case .none: try cluster.resident(row.path.server).addresses
        case .clusterAddress: cluster.services[row.path.server] ?? []
        case .nodePort: try cluster.resident(row.path.dialledNode).addresses
        case .externalAddress: row.path.server.externalAddresses
        case .maglevAddress: row.path.server.maglevAddresses
        case .secondNodePort: cluster.secondAddresses
        }
      guard addresses.indices.contains(index) else { throw LabError("\(row): nobody to dial") }
      return addresses[index]
    }
  }

  private var dialledPort: UInt16 {
    switch row.path.front {
    case .none: PathCluster.serverPort
    case .clusterAddress, .externalAddress, .maglevAddress: PathCluster.servicePort
    case .nodePort, .secondNodePort: row.path.server.nodePort
    }
  }

  /// The address that the server is to see: the node's where the source is translated, and of a node's own packets.
  private var source: InetAddress {
    get throws {
      let isItself = row.path == .podToServiceItself && !row.isBalancedAtSocket
      let leaves = [.podToOutsideTranslated, .podToOtherNode, .podToServiceOtherNode].contains(row.path)
      return try cluster.resident(isItself || leaves ? .ownNode : row.path.client).addresses[index]
    }
  }

  /// Nil if all went well, else what was heard instead. `port` is the client's own, `moved` is called when the flow is about to
  /// come by another node.
  func run(from port: UInt16, moved: () -> Void) async throws -> String? {
    let (client, address) = (try cluster.resident(row.path.client), try dialled)
    if row.transport == .echo {
      let result = try await client.shell("ping -c 3 -i 0.1 -W 2 \(address)")
      return result.output.contains(" 3 received") ? nil : result.output
    }
    func script(_ pause: String?) -> String {
      scripts.client(row.transport.rawValue, from: port, to: "\(address)", dialledPort, pause: pause)
    }
    let result =
      row.path.moves
      ? try await PathMove(address: address, pause: "\(scripts.folder)/pause-\(port)").run(script, moved)
      : try await client.shell(script(nil))
    let expected = "peer \(address) \(dialledPort) seen \(try source)"
    return result.output == expected + "\n" ? nil : "expected \(expected), got \(result.output)"
  }
}
