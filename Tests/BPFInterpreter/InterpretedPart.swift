import DataplaneABI
import EBPF
import Policy
import PolicyCompiler

/// One program of an interpreted policy, with its maps.
final class InterpretedPart {
  private let program: CompiledProgram
  private(set) var instructions: [Instruction] = []
  private let data: UnsafeMutableRawPointer
  private let counters: UnsafeMutablePointer<UInt64>
  private let counterCount: Int
  /// Elements of its own maps, by map and key.
  private var elements: [String: [[UInt8]: UnsafeMutableRawPointer]] = [:]
  private var maps: [String] = []

  init(
    _ program: CompiledProgram, data bytes: [UInt8], counters: UnsafeMutablePointer<UInt64>, count: Int
  ) throws {
    self.program = program
    self.counters = counters
    counterCount = count
    data = .allocate(byteCount: bytes.count, alignment: 8)
    data.copyMemory(from: bytes, byteCount: bytes.count)
    for map in program.prefixes {
      elements[map.spec.name] = [:]
      for entry in map.entries { set(map.spec.name, entry.key, entry.value) }
    }
    for dimension in program.classes { elements[dimension.name] = [:] }
    instructions = program.spec.instructions
    for reference in program.spec.references { try link(reference) }
  }

  deinit {
    data.deallocate()
    for map in elements.values { for element in map.values { element.deallocate() } }
  }

  func add(_ classes: [AddressClass]) {
    for dimension in program.classes {
      for entry in dimension.entries(classes, program.family) { set(dimension.name, entry.key, entry.value) }
    }
  }

  func remove(_ classes: [AddressClass]) {
    for dimension in program.classes {
      for one in classes {
        let key = withUnsafeBytes(of: one.number) { Array($0) }
        elements[dimension.name]?.removeValue(forKey: key)?.deallocate()
      }
    }
  }

  // MARK: Maps

  /// Addresses of maps are handed to helpers only.
  private static let mapBase: UInt64 = 0x706f_6c00_0000

  func map(at address: UInt64) throws -> String {
    guard let index = Int(exactly: address &- Self.mapBase), maps.indices.contains(index) else {
      throw InterpreterFailure("no map is at \(address)")
    }
    return maps[index]
  }

  func isOwn(_ map: String) -> Bool { map == "cali_p_counters" || elements[map] != nil }

  func keySize(_ map: String) throws -> Int {
    if let own = program.prefixes.first(where: { $0.spec.name == map }) { return Int(own.spec.keySize) }
    switch map {
    case MapName.addressSets4, MapName.portSets4: return 8
    case MapName.addressSets6, MapName.portSets6: return 20
    case MapName.policyQuestion: return 4
    default:
      guard isOwn(map) else { throw InterpreterFailure("map \(map) is not known") }
      return 4
    }
  }

  func element(of map: String, _ key: [UInt8]) -> UnsafeMutableRawPointer? {
    if map == "cali_p_counters" {
      let index = Int(key.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
      return index < counterCount ? UnsafeMutableRawPointer(counters + index) : nil
    }
    guard program.prefixes.contains(where: { $0.spec.name == map }) else { return elements[map]?[key] }
    return elements[map]?.longestPrefix(of: key)
  }

  private func set(_ map: String, _ key: [UInt8], _ value: [UInt8]) {
    let place = elements[map]?[key] ?? .allocate(byteCount: value.count, alignment: 8)
    place.copyMemory(from: value, byteCount: value.count)
    elements[map]?[key] = place
  }

  // MARK: Linking

  private func link(_ reference: Reference) throws {
    let address: UInt64
    switch reference.target {
    case .map(let name):
      if !maps.contains(name) { maps.append(name) }
      address = Self.mapBase + UInt64(maps.firstIndex(of: name) ?? 0)
    case .data:
      address = UInt64(UInt(bitPattern: data)) + UInt64(instructions[reference.instruction + 1].immediate)
    case .kernelFunction(let name): throw InterpreterFailure("kernel function \(name)")
    }
    instructions[reference.instruction].source = .r0
    instructions[reference.instruction].immediate = Int32(truncatingIfNeeded: address)
    instructions[reference.instruction + 1].immediate = Int32(truncatingIfNeeded: address >> 32)
  }
}

extension [[UInt8]: UnsafeMutableRawPointer] {
  /// The element of an LPM trie for the address in a key: four bytes of length, then the address.
  public func longestPrefix(of key: [UInt8]) -> UnsafeMutableRawPointer? {
    var best: (length: Int, value: UnsafeMutableRawPointer)?
    for (prefix, value) in self {
      let length = Int(prefix.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
      guard length > (best?.length ?? -1) else { continue }
      if (0..<length).allSatisfy({ Self.isSame($0, prefix, key) }) { best = (length, value) }
    }
    return best?.value
  }

  /// Whether two keys have the same bit of the address.
  private static func isSame(_ bit: Int, _ one: [UInt8], _ other: [UInt8]) -> Bool {
    let difference: UInt8 = one[4 + bit / 8] ^ other[4 + bit / 8]
    return difference << UInt8(bit % 8) & 0x80 == 0
  }
}
