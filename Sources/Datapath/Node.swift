import DataplaneABI
import KernelRuntime

/// What the agent tells programs about the node.
enum Node {
  @inline(__always) static var state: UnsafeMutablePointer<NodeState>? {
    var first: UInt32 = 0
    return cali_node.lookup(&first)
  }

  /// What marks packets of services that are asked for from outside; 0 is none.
  @inline(__always) static var externalMark: UInt32 { state?.pointee.externalMark ?? 0 }

  /// Whether some service may have the port at every node.
  @inline(__always) static func hasServiceAt(_ port: BigEndian16) -> Bool {
    guard let state else { return false }
    let ports = state.pointee.nodePorts
    return port.host &- ports.first < ports.count
  }
}

extension IPFamily {
  @inline(__always) static var routeGeneration: UInt32 { Node.state?.pointee.routeGeneration ?? 0 }
}
