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
        }
      guard addresses.indices.contains(index) else { throw LabError("\(row): nobody to dial") }
      return addresses[index]
    }
  }

  private var dialledPort: UInt16 {
    switch row.path.front {
    case .none: PathCluster.serverPort
    case .clusterAddress, .externalAddress: PathCluster.servicePort
    case .nodePort: row.path.server.nodePort
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

  /// Nil if all went well, else what was heard instead. `port` is the client's own.
  func run(from port: UInt16) async throws -> String? {
    let (place, address) = (try cluster.resident(row.path.client).name, "\(try dialled)")
    if row.transport == .echo {
      let result = try await TestLab.shell(in: place, "ping -c 3 -i 0.1 -W 2 \(address)")
      return result.output.contains(" 3 received") ? nil : result.output
    }
    let destination = dialledPort
    let script = scripts.client(row.transport.rawValue, from: port, to: address, destination)
    let result = try await TestLab.shell(in: place, script)
    let expected = "peer \(address) \(destination) seen \(try source)"
    return result.output == expected + "\n" ? nil : "expected \(expected), got \(result.output)"
  }
}
