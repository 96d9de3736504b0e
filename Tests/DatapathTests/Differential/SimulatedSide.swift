import DataplaneABI
import Datapath

@testable import DatapathPrograms
@testable import KernelRuntime

/// A simulated kernel that steps are played in.
final class SimulatedSide {
  private(set) var kernel = SimulatedKernel()
  /// Whether flows were put in, whose checksums are out of nowhere.
  private var hasForgedFlows = false

  /// Empties its maps.
  func begin(random: UInt32) {
    kernel = SimulatedKernel()
    kernel.nextRandom = { random }
    hasForgedFlows = false
    kernel.isResizing = SplitTables.isOn(random)
    kernel.boundPorts = Surroundings.boundPorts
    kernel.wayOut = { _ in nil }
    kernel.policies = SamplePolicy.simulated
    for definition in DatapathMaps.all {
      // Made here, so that it has the size that it has in the other kernel.
      _ = kernel.contents(
        of: MapDefinition(
          name: definition.name, type: definition.type, keySize: definition.keySize, valueSize: definition.valueSize,
          maxEntries: MapSizes.limit(definition.name, definition.maxEntries)))
    }
  }

  func storage(_ name: String) throws -> MapStorage {
    guard let definition = DatapathMaps.all.first(where: { $0.name == name }) else {
      throw Mismatch("no simulated map \(name)")
    }
    return kernel.contents(of: definition)
  }

  /// The keys of every map of flows.
  var flows: [(map: String, key: [UInt8])] {
    get throws { try MapTimes.flows.sorted().flatMap { map in try storage(map).sortedKeys.map { (map, $0) } } }
  }

  func play(_ step: Step, now: UInt64) throws -> Outcome {
    kernel.now = now
    switch step {
    case .packet(let shot): return try send(shot)
    case .sweep(let servicesChanged):
      var changed: UInt32 = servicesChanged ? 1 : 0
      let verdict = kernel.run {
        withUnsafeMutablePointer(to: &changed) { conntrack_sweep(UnsafeMutableRawPointer($0)) }
      }
      return Outcome(verdict: verdict)
    case .pass(let seconds):
      for map in MapTimes.ageing {
        let storage = try storage(map)
        for (key, value) in storage.bytes { storage.set(bytes: key, MapTimes.aged(map, value, by: seconds)) }
      }
      return .done
    case .set(let element):
      if MapTimes.flows.contains(element.map) { hasForgedFlows = true }
      return try storage(place(element.map, element.key)).set(bytes: element.key, element.value(at: now)) == .done
        ? .done : .refused
    case .remove(let map, let key): return try storage(place(map, key)).delete(key) == .done ? .done : .refused
    }
  }

  private func place(_ map: String, _ key: [UInt8]) -> String { kernel.isResizing ? SplitTables.place(map, key) : map }

  private func send(_ shot: Shot) throws -> Outcome {
    // Test runs take place on the loopback interface.
    let packet = SimulatedPacket(shot.bytes, interfaceIndex: Shot.interface)
    packet.mark = shot.mark
    packet.segmentSize = shot.segmentSize
    // Test runs can say how long segments are, not of what.
    packet.segmentsAreTCP = false
    if shot.program == .hostIngress { packet.sumUp() }
    let verdict = kernel.run(packet) { shot.program.run($0) }
    if !packet.isWholeSumTrue, !hasForgedFlows, mattersWholeSum(shot, verdict) {
      throw Mismatch("the sum of the whole packet is not kept: \(Hex.text(packet.bytes))")
    }
    return Outcome(verdict: verdict.rawValue, bytes: packet.bytes, mark: packet.mark)
  }

  /// Whether anybody checks the sum that the hardware gave. Not of what is dropped, what a refusal was made of, and UDP that has no
  /// checksum to make up for its ports.
  private func mattersWholeSum(_ shot: Shot, _ verdict: Verdict) -> Bool {
    guard verdict != .drop, !kernel.calls.contains(.resize) || !kernel.copies.isEmpty,
      !kernel.calls.contains(.room)
    else { return false }
    let shape = FrameShape(shot.bytes)
    guard shape.proto == IPProtocolNumber.udp || shape.kind == .extended || shape.kind == .firstFragment else {
      return true
    }
    return shape.kind == .plain && shot.bytes.dropFirst(shape.transport + 6).prefix(2) != [0, 0]
  }
}

extension MapStorage {
  var sortedKeys: [[UInt8]] { bytes.keys.sorted { $0.lexicographicallyPrecedes($1) } }
}

extension World.Program {
  func run(_ context: ProgramContext) -> Int32 {
    switch self {
    case .workloadIngress: workload_ingress(context)
    case .workloadEgress: workload_egress(context)
    case .hostIngress: host_ingress(context)
    case .hostEgress: host_egress(context)
    }
  }
}
