import DataplaneABI
import EBPF

/// The map that remembers which reserved ports are ours. It lives and goes with the other pins.
enum ReservedPortsMap {
  static var spec: MapSpec {
    MapSpec(
      name: MapName.reservedPorts, type: .hash, key: UInt32.self, value: UInt64.self,
      maxEntries: UInt32(PortSet.wordCount))
  }

  static func path(in folder: PinFolder) -> String { "\(folder.maps)/\(MapName.reservedPorts)" }

  /// What it holds; nothing where it is not there.
  static func contents(in folder: PinFolder) throws(KernelError) -> [UInt32: UInt64] {
    guard let map = try Map.openPinned(path(in: folder)) else { return [:] }
    return Dictionary(try map.typed(UInt32.self, UInt64.self).entries().map { ($0.key, $0.value) }) { $1 }
  }
}
