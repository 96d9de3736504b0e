/// What one node's maps say about services, or have to say: as text, so that both can be laid side by side.
struct NATState: Equatable {
  struct Key: Hashable {
    /// "every node" for the address of all ones.
    let address: String
    let port: UInt16
    let proto: UInt8
    let isIPv6: Bool
  }

  /// Backends are "address port".
  struct Frontend: Equatable {
    var flags: [String] = []
    var affinitySeconds: UInt32 = 0
    /// Those of this node that only what has to stay here gets, the other ones of this node, and those elsewhere: three
    /// stretches of ordinals, one after the other.
    var reserved: Set<String> = []
    var local: Set<String> = []
    var remote: Set<String> = []
    /// Those that its Maglev table leads to, where it has one.
    var owners: Set<String> = []
    /// What the member map says of each endpoint.
    var members: [String: [String]] = [:]
    /// Clients that may come in from outside, where not everybody may.
    var ranges: Set<String> = []
  }

  static let everyNode = "every node"

  var frontends: [Key: Frontend] = [:]
  /// Rows that no state of services explains.
  var strays: [String] = []
  /// The least and the greatest port that services have at nodes.
  var nodePorts: [UInt16] = []

  /// A sentence for each difference.
  func differences(from expected: NATState) -> [String] {
    var differences = strays
    for (key, frontend) in frontends {
      guard let other = expected.frontends[key] else {
        differences.append("\(key) is there")
        continue
      }
      if frontend != other { differences.append("\(key) is \(frontend) and not \(other)") }
    }
    differences += expected.frontends.keys.filter { frontends[$0] == nil }.map { "\($0) is missing" }
    if nodePorts != expected.nodePorts {
      differences.append("ports at nodes are \(nodePorts) and not \(expected.nodePorts)")
    }
    return differences.sorted()
  }
}

extension NATState.Key: CustomStringConvertible {
  var description: String { "\(address) port \(port) protocol \(proto) IPv\(isIPv6 ? 6 : 4)" }
}
