import DataplaneABI
import KernelRuntime

/// What the agent tells programs about the node.
enum Node {
  @inline(__always) static var state: UnsafeMutablePointer<NodeState>? {
    var first: UInt32 = 0
    return cali_node.lookup(&first)
  }
}

extension IPFamily {
  @inline(__always) static var routeGeneration: UInt32 { Node.state?.pointee.routeGeneration ?? 0 }
}
