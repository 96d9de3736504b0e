import DataplaneABI
import EBPF

/// A map of flows that can be resized, and the one beside it that takes its entries while that goes on.
struct FlowTable: Hashable, Sendable {
  let name: String
  let other: String
  /// Whether it gives nothing up. Such a table takes memory as it fills, and never gets smaller: it would have to refuse some.
  let keepsAll: Bool

  static let all = [
    FlowTable(name: MapName.conntrack4, other: MapName.otherConntrack4, keepsAll: false),
    FlowTable(name: MapName.conntrack6, other: MapName.otherConntrack6, keepsAll: false),
    FlowTable(name: MapName.established4, other: MapName.otherEstablished4, keepsAll: true),
    FlowTable(name: MapName.established6, other: MapName.otherEstablished6, keepsAll: true),
  ]

  /// Entries it is to have, where it has `present` now.
  func size(wanted: UInt32, present: UInt32) -> UInt32 { keepsAll ? max(wanted, present) : wanted }
}

extension PinFolder {
  /// The path of a map's pin.
  func map(_ name: String) -> String { "\(maps)/\(name)" }

  /// How many entries the pinned maps of flows are made for; those without a pin are left out.
  func flowTableSizes() throws(KernelError) -> [String: UInt32] {
    var sizes: [String: UInt32] = [:]
    for table in FlowTable.all {
      for name in [table.name, table.other] {
        if let info = try Map.openPinned(map(name))?.info { sizes[name] = UInt32(info.maxEntries) }
      }
    }
    return sizes
  }

  /// Whether some process began to resize and did not end: some table beside another is a real one.
  func isResizing() throws(KernelError) -> Bool {
    let sizes = try flowTableSizes()
    return FlowTable.all.contains { sizes[$0.other] ?? 0 > MapCapacity.other }
  }
}
