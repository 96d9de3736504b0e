import DataplaneABI
import EBPF

extension LoadedObject {
  /// Has sweeps count what is in the conntrack tables, as on a node that an agent has run on for half a minute.
  func countRoom() throws {
    let entries = UInt32(try maps.map(MapName.conntrack4).info.maxEntries)
    let places = ConntrackRoom.places(capacity: entries, possibleCPUs: try PossibleCPUs.count())
    let request = SweepRequest(servicesChanged: false, places: places)
    for _ in 0..<2 {
      let context = withUnsafeBytes(of: request.rawValue) { Array($0) }
      let verdict = try program("conntrack_sweep").run(TestRunInput(data: [], context: context)).verdict
      guard verdict == 0 else { throw Mismatch("the sweep returned \(verdict)") }
    }
    let room = try maps.typed(MapName.room, UInt32.self, ConntrackRoom.self)
    for family: UInt32 in 0...1 {
      guard try room.lookUp(family)?.isComplete == 1 else { throw Mismatch("entries may have been given up") }
    }
  }
}
