import DataplaneABI
import Routing

/// Brings our routes in the kernel's main table to what routing asks for, each by itself: one that the kernel refuses
/// does not keep the others out.
struct KernelRouteTable<Address: TextualIPAddress> {
  private var mirror: TableMirror<RouteKey<Address>, KernelRoute<Address>>

  init(_ table: KernelTable<RouteKey<Address>, KernelRoute<Address>>) { mirror = TableMirror(table) }

  var effects: Int { mirror.effects }
  var count: Int { mirror.contents.count }

  /// The kernel drops routes by itself when an interface goes down or away.
  mutating func distrust() { mirror.distrust() }

  /// Returns what could not be done.
  mutating func apply(_ desired: [RouteKey<Address>: KernelRoute<Address>]) -> [DataplaneFailure] {
    var failures: [DataplaneFailure] = []
    do {
      try mirror.refresh()
    } catch {
      return [DataplaneFailure(subject: mirror.name, reason: "\(error)")]
    }
    let surplus = mirror.contents.keys.filter { desired[$0] == nil }
    // Sorted, so that runs are alike.
    for key in surplus.sorted(by: { $0.isBefore($1) }) {
      do {
        try mirror.remove([key])
      } catch {
        failures.append(DataplaneFailure(subject: "\(mirror.name) \(key)", reason: "\(error)"))
      }
    }
    for (key, route) in desired.sorted(by: { $0.key.isBefore($1.key) }) {
      do {
        try mirror.write([key: route])
      } catch {
        failures.append(DataplaneFailure(subject: "\(mirror.name) \(key)", reason: "\(error)"))
      }
    }
    return failures
  }
}
