import ArgumentParser
import DataplaneABI
import EBPF
import FoundationEssentials

/// How a dump is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// What all dumps have in common.
struct DumpOptions: ParsableArguments {
  @Option(help: "The node's folder on a bpf file system, as given to apus node.")
  var bpffs = "/sys/fs/bpf/apus"

  @Flag(name: [.customShort("6"), .long], help: "IPv6 instead of IPv4.")
  var ipv6 = false

  @Option(name: [.customShort("o"), .long], help: "text or json.")
  var output = OutputFormat.text

  /// All entries of a pinned map.
  ///
  /// - Throws: one sentence when there is no such map.
  func entries<Key: BitwiseCopyable, Value: BitwiseCopyable>(_ name: String, _ key: Key.Type, _ value: Value.Type)
    throws -> [(key: Key, value: Value)]
  {
    try open(name).typed(key, value).entries()
  }

  func open(_ name: String) throws -> Map {
    guard let map = try Map.openPinned("\(bpffs)/maps/\(name)") else {
      throw ValidationError(
        "there is no map \(name) in \(bpffs)/maps: give the node's folder with --bpffs, or start apus node first")
    }
    return map
  }

  /// Writes a dump in the format that was asked for.
  func write<Item: Encodable>(_ items: [Item], text: () -> String) throws {
    switch output {
    case .text: print(text(), terminator: "")
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(items), as: UTF8.self))
    }
  }
}
