import Policy

/// Names of programs in the kernel: `p`, family, direction and eight hexadecimal digits of a hash, such as p4i_1a2b3c4d; of programs that a
/// policy goes on to, their number after that.
enum PolicyName {
  static func make(_ family: AddressFamily, _ direction: PolicyDirection, _ programs: [CompiledProgram]) -> String {
    var hash = ContentHash()
    for program in programs {
      for instruction in program.spec.instructions { hash.add(instruction.bytes) }
      hash.add(program.data)
      for map in program.prefixes {
        for entry in map.entries { hash.add(entry.key + entry.value) }
      }
      for dimension in program.classes { hash.add(Array(dimension.rows.text.utf8)) }
    }
    let digits = String(UInt32(truncatingIfNeeded: hash.value ^ hash.value >> 32), radix: 16)
    let padding = String(repeating: "0", count: 8 - digits.count)
    return "p\(family.rawValue)\(direction == .ingress ? "i" : "e")_\(padding)\(digits)"
  }

  static func part(_ name: String, _ index: Int) -> String { index == 0 ? name : "\(name)_\(index)" }
}

/// A hash that is the same in every process (FNV-1a of 64 bits).
private struct ContentHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}
