import DataplaneABI

/// The one element of `cali_node`: settings for the programs, and the number that tells flows that routes have changed.
///
/// The only writer of either, so neither write undoes the other.
struct NodeStateMap {
  private var element: TableMirror<UInt32, NodeState>
  /// Whether routes may have changed since the number was last raised. True at the start: the last run may have ended
  /// between the two.
  private(set) var isDue = true

  init(_ table: KernelTable<UInt32, NodeState>) { element = TableMirror(table) }

  /// Call before routes change, so that a crash or a failure cannot lose it.
  mutating func expect() { isDue = true }

  /// Has the next write read back first.
  mutating func distrust() { element.distrust() }

  /// Tells the programs the settings. Another address of the node raises the number in the same write: flows that were
  /// translated to the old one find their way anew.
  mutating func write(_ settings: NodeSettings) throws {
    try element.refresh()
    var state = settings.nodeState(routeGeneration: present.routeGeneration)
    if (state.address4, state.address6) != (present.address4, present.address6) { state.routeGeneration &+= 1 }
    try element.write([0: state])
  }

  /// Raises the number if it is due. Flows then resolve their way anew on their next packet. Returns whether it was.
  @discardableResult
  mutating func raise() throws -> Bool {
    guard isDue else { return false }
    element.distrust()
    try element.refresh()
    var state = present
    state.routeGeneration &+= 1
    try element.write([0: state])
    isDue = false
    return true
  }

  /// The element of an array is there, all zeroes, before anyone has written it.
  private var present: NodeState {
    let state = element.contents[0] ?? NodeState(routeGeneration: 0)
    return state.timeouts.udp == 0 ? NodeState(routeGeneration: state.routeGeneration) : state
  }
}
