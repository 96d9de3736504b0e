import DataplaneABI
import Datapath
import EBPF
import KernelRuntime

@testable import DatapathPrograms

/// The compiled programs in the running kernel, which steps are played in.
final class LoadedSide {
  private let object: LoadedObject
  private let hasSplitTables: Bool

  /// `random` is what every random number is.
  init(random: UInt32) throws {
    var spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    try spec.setConstant("fixed_random", random)
    hasSplitTables = SplitTables.isOn(random)
    try spec.setConstant("resizing", hasSplitTables ? UInt32(1) : 0)
    object = try spec.load(
      LoadOptions(adjust: { map in
        map.maxEntries = UInt32(MapSizes.limit(map.name, Int(map.maxEntries)))
        if MapTimes.flows.contains(map.name) { map.flags.insert(Self.zeroSeed) }
      }))
    try SamplePolicy.load(into: object.maps, spec.maps)
  }

  /// BPF_F_ZERO_SEED: each run puts flows in the same order.
  private static let zeroSeed = MapFlags(rawValue: 1 << 6)

  /// Empties its maps.
  func begin() throws {
    for definition in DatapathMaps.all where !DatapathMaps.working.contains(definition.name) {
      let map = try object.maps.map(definition.name)
      if definition.type == .array {
        for key in try map.keys() { try map.update(bytes: key, [UInt8](repeating: 0, count: definition.valueSize)) }
      } else {
        for key in try map.keys() { try map.delete(bytes: key) }
      }
    }
  }

  func play(_ step: Step, now: UInt64) throws -> Outcome {
    switch step {
    case .packet(let shot): return try send(shot)
    case .sweep(let servicesChanged):
      let input = TestRunInput(data: [], context: [servicesChanged ? 1 : 0, 0, 0, 0])
      return Outcome(verdict: try object.program("conntrack_sweep").run(input).verdict)
    case .pass(let seconds):
      for name in MapTimes.ageing {
        let map = try object.maps.map(name)
        for (key, value) in try map.entries() { try map.update(bytes: key, MapTimes.aged(name, value, by: seconds)) }
      }
      return .done
    case .set(let element):
      do {
        try object.maps.map(place(element.map, element.key)).update(bytes: element.key, element.value(at: now))
      } catch {
        return .refused
      }
      return .done
    case .remove(let map, let key):
      return try object.maps.map(place(map, key)).delete(bytes: key) ? .done : .refused
    }
  }

  private func place(_ map: String, _ key: [UInt8]) -> String { hasSplitTables ? SplitTables.place(map, key) : map }

  private func send(_ shot: Shot) throws -> Outcome {
    let context = SocketBufferContext(mark: shot.mark, segmentSize: shot.segmentSize)
    let result = try object.program(shot.program.name).run(TestRunInput(data: shot.bytes, context: context))
    return Outcome(
      verdict: result.verdict, bytes: result.data, mark: SocketBufferContext(bytes: result.context)?.mark ?? 0)
  }

  /// The keys of a map of flows in the order in which programs meet them.
  func visitOrder(_ name: String) throws -> [(key: [UInt8], bucket: UInt32)] {
    let map = try object.maps.map(name)
    let order = try map.keys().map { ($0, KernelHash.bucket($0, maxEntries: map.info.maxEntries)) }
    guard zip(order, order.dropFirst()).allSatisfy({ $0.1 <= $1.1 }) else {
      throw Mismatch("\(name) is not in the order that its hashes have: \(order.map(\.1))")
    }
    return order
  }

  func contents(_ map: String) throws -> [[UInt8]: [UInt8]] {
    let map = try object.maps.map(map)
    // Elements are few: batches would cost more, for they have room for many.
    return try map.keys().reduce(into: [:]) { contents, key in contents[key] = try map.lookUp(bytes: key) }
  }

  /// Rows of counters, each the sum over all CPUs.
  func counters() throws -> [CounterKey: [UInt64]] {
    let rows = try object.maps.typed(MapName.counters, CounterKey.self, Counters.self).entriesPerCPU()
    return Dictionary(uniqueKeysWithValues: rows.map { key, values in (key, Counters.sum(values)) })
  }
}

extension Counters {
  /// All numbers of a row, in their order.
  static func sum(_ rows: [Counters]) -> [UInt64] {
    rows.reduce(into: [UInt64](repeating: 0, count: MemoryLayout<Counters>.size / 8)) { sums, row in
      withUnsafeBytes(of: row) { bytes in
        for index in sums.indices { sums[index] += bytes.load(fromByteOffset: index * 8, as: UInt64.self) }
      }
    }
  }
}
