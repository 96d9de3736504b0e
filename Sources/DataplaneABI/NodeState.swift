/// The one element of `cali_node` (array): facts about the node that change while programs run.
public struct NodeState: Hashable, Sendable, BitwiseCopyable {
  /// Raised whenever a route changes; a flow that remembers an older one resolves its way anew.
  public var routeGeneration: UInt32
  public var padding: UInt32 = 0

  @inlinable @inline(__always) public init(routeGeneration: UInt32) { self.routeGeneration = routeGeneration }
}
