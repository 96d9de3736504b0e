import DataplaneABI
import Datapath
import EBPF
import Glibc
import KernelRuntime

@testable import DatapathPrograms

/// The compiled object in the running kernel, and a simulated kernel beside it that is kept in step.
final class KernelTwin {
  private let object: LoadedObject
  private var simulated = SimulatedKernel()
  /// When the maps were filled; times from then on are equal to each other.
  private var started: UInt64 = 0

  /// What every random number is in both: what they choose must be the same.
  private let random: UInt32

  init(random: UInt32) throws {
    self.random = random
    var spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    try spec.setConstant("fixed_random", random)
    object = try spec.load(LoadOptions(adjust: { $0.maxEntries = min($0.maxEntries, 4096) }))
  }

  /// What one of the kernels made of a packet.
  struct Outcome: Equatable {
    var verdict: Int32
    var bytes: [UInt8]
    var mark: UInt32
  }

  /// The clock that programs read.
  static var clock: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  // MARK: Filling

  private static let compared = [
    MapName.conntrack4, MapName.conntrack6, MapName.routes4, MapName.routes6, MapName.frontends4, MapName.frontends6,
    MapName.backends4, MapName.backends6, MapName.fragments4, MapName.fragments6, MapName.members4, MapName.members6,
    MapName.established4, MapName.established6,
  ]

  /// Empties both kernels' maps and fills them with `elements`.
  func fill(_ elements: [Element], startedAt now: UInt64) throws {
    started = now
    simulated = SimulatedKernel()
    for name in Self.compared + [MapName.counters, MapName.heldFragments4, MapName.heldFragments6] {
      let map = try object.maps.map(name)
      for key in try map.keys() { try map.delete(bytes: key) }
    }
    for element in elements {
      try object.maps.map(element.map).update(bytes: element.key, element.value)
      guard try storage(element.map).set(bytes: element.key, element.value) == .done else {
        throw Mismatch("the simulated map \(element.map) does not take an element that the kernel takes")
      }
    }
  }

  private func storage(_ name: String) throws -> MapStorage {
    guard let definition = DatapathMaps.all.first(where: { $0.name == name }) else {
      throw Mismatch("no simulated map \(name)")
    }
    return simulated.contents(of: definition)
  }

  // MARK: Running

  /// Runs the packet through both, the kernel first.
  func run(_ shot: Shot) throws -> (kernel: Outcome, simulated: Outcome) {
    let now = Self.clock
    let context = SocketBufferContext(mark: shot.mark, segmentSize: shot.segmentSize)
    let result = try object.program(shot.program.name).run(TestRunInput(data: shot.bytes, context: context))
    let kernel = Outcome(
      verdict: result.verdict, bytes: result.data, mark: SocketBufferContext(bytes: result.context)?.mark ?? 0)

    return (kernel, simulate(shot, now))
  }

  private func simulate(_ shot: Shot, _ now: UInt64) -> Outcome {
    simulated.now = now
    simulated.nextRandom = { [random] in random }
    // Test runs take place on the loopback interface.
    let packet = SimulatedPacket(shot.bytes, interfaceIndex: 1)
    packet.mark = shot.mark
    packet.segmentSize = shot.segmentSize
    let verdict = simulated.run(packet) { shot.program.run($0) }
    return Outcome(verdict: verdict.rawValue, bytes: packet.bytes, mark: packet.mark)
  }

  // MARK: Comparing

  /// Throws at the first map that differs.
  func compareContents() throws {
    for name in Self.compared {
      let entries = try object.maps.map(name).entries().map { ($0.key, comparable(name, $0.value)) }
      let kernel = Dictionary(entries) { first, _ in first }
      let simulated = try storage(name).bytes.mapValues { comparable(name, $0) }
      for key in Set(kernel.keys).union(simulated.keys) where kernel[key] != simulated[key] {
        throw Mismatch("\(name)[\(key)]: kernel \(kernel[key] ?? []), simulated \(simulated[key] ?? [])")
      }
    }
    try compareCounters()
  }

  private func compareCounters() throws {
    let rows = try object.maps.typed(MapName.counters, CounterKey.self, Counters.self).entriesPerCPU()
    let storage = try storage(MapName.counters)
    guard rows.count == storage.count else {
      throw Mismatch("\(rows.count) rows of counters in the kernel, \(storage.count) simulated")
    }
    for (key, values) in rows {
      let simulated = storage.get(key, as: Counters.self) ?? Counters()
      for index in 0..<16 where values.reduce(0, { $0 + $1.events[index] }) != simulated.events[index] {
        throw Mismatch("event \(index) of \(key)")
      }
      for index in 0..<48 where values.reduce(0, { $0 + $1.drops[index] }) != simulated.drops[index] {
        throw Mismatch("drop \(index) of \(key)")
      }
    }
  }

  /// Conntrack values begin with two times; those that a packet of this round wrote are alike.
  private func comparable(_ name: String, _ value: [UInt8]) -> [UInt8] {
    guard name.contains("_ct") else { return value }
    var value = value
    for offset in [0, 8] {
      let time = value.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
      if time >= started { value.replaceSubrange(offset..<offset + 8, with: [UInt8](repeating: 0xff, count: 8)) }
    }
    return value
  }
}

/// What the two kernels do not agree on.
struct Mismatch: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension World.Program {
  /// The name of the entry point.
  var name: String {
    switch self {
    case .workloadIngress: "workload_ingress"
    case .workloadEgress: "workload_egress"
    case .hostIngress: "host_ingress"
    case .hostEgress: "host_egress"
    }
  }

  func run(_ context: ProgramContext) -> Int32 {
    switch self {
    case .workloadIngress: workload_ingress(context)
    case .workloadEgress: workload_egress(context)
    case .hostIngress: host_ingress(context)
    case .hostEgress: host_egress(context)
    }
  }
}
