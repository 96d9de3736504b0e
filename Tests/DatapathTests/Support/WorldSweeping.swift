import DataplaneABI
import KernelRuntime

@testable import DatapathPrograms

/// What a sweep told of one family.
struct Sweep: Equatable {
  var seen: UInt64
  var told: UInt64
  /// Entries removed, by reason; reasons without any are left out.
  var ends: [FlowEnd: UInt64]

  init(seen: UInt64, told: UInt64 = 0, ends: [FlowEnd: UInt64] = [:]) {
    self.seen = seen
    self.told = told
    self.ends = ends
  }

  init(_ tally: SweepTally?) {
    seen = tally?.seen ?? 0
    told = tally?.told ?? 0
    let counts = FlowEnd.allCases.map { ($0, tally?.ended[Int($0.rawValue)] ?? 0) }
    ends = Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 })
  }
}

extension World {
  /// The last sweep's entries of flows that went both ways.
  var answered: UInt64 {
    map(MapName.sweep).get(UInt32(family == .v4 ? 0 : 1), as: SweepTally.self)?.answered ?? 0
  }

  /// Runs a sweep, and tells what it did to this world's family.
  ///
  /// - Parameter places: how many entries a table has room for before it gives one up; 0 is unknown.
  func sweep(servicesChanged: Bool = true, places: UInt32 = 0) -> Sweep {
    var request = SweepRequest(servicesChanged: servicesChanged, places: places)
    _ = kernel.run { withUnsafeMutablePointer(to: &request) { conntrack_sweep(UnsafeMutableRawPointer($0)) } }
    return Sweep(map(MapName.sweep).get(UInt32(family == .v4 ? 0 : 1), as: SweepTally.self))
  }

  func setTimeouts(_ timeouts: ConntrackTimeouts) {
    map(MapName.node).set(UInt32(0), NodeState(routeGeneration: 7, timeouts: timeouts))
  }

  /// Pod 1 opens a connection to service 10, whose backend on pod 2 answers.
  func openServiceFlow() {
    fromPod(1, frame(from: .pod(1), to: .service(10), .syn))
    fromPod(2, frame(from: .pod(2), 8080, to: .pod(1), 40_000, .synAck))
    fromPod(1, frame(from: .pod(1), to: .service(10), .ack))
  }

  /// Takes the entry that a frame belongs to out of the table, as when the kernel needs its place.
  func evict(_ frame: Frame) {
    func remove<Address: TestAddress>(_: Address.Type) {
      let key = ConntrackKey(
        proto: frame.proto, source: Address(frame.source), sourcePort: BigEndian16(frame.sourcePort),
        destination: Address(frame.destination), destinationPort: BigEndian16(frame.destinationPort))
      map(Address.conntrackMap).remove(key)
    }
    family == .v4 ? remove(IPv4Address.self) : remove(IPv6Address.self)
  }
}
