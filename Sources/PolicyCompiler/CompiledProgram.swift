import DataplaneABI
import EBPF
import Policy

/// One program of a compiled policy, and what its own maps hold from the beginning.
public struct CompiledProgram: Sendable {
  public let family: AddressFamily
  /// Refers to its own maps, to the policy's counters, and to `cali_state`, `cali_policy` and the maps of classes, all by name.
  public internal(set) var spec: ProgramSpec
  /// Its read-only memory, but for what is known only at load.
  public let data: [UInt8]
  /// LPM tries: the place of the row of each prefix.
  public let prefixes: [MapContents]
  /// Hashes: the row of each class.
  public let classes: [ClassDimension]
  /// The policy's program that has the rest of a stage; nil where none has.
  public let continuation: Int?
  /// The policy's program that comes after the last stage of this one; nil for the last.
  public let afterLastStage: Int?
  /// Words of 64 rules.
  public let words: Int

  /// A map with elements.
  public struct MapContents: Sendable {
    public let spec: MapSpec
    public let entries: [(key: [UInt8], value: [UInt8])]
  }

  init(_ part: PolicyPart, family: AddressFamily) throws(AssemblyError) {
    let tables = ClassifierTables(part, family)
    self.family = family
    spec = try ClassifierCode.write(tables, part, name: "policy")
    data = tables.data.bytes
    continuation = part.continuation
    afterLastStage = part.afterLastStage
    words = tables.layout.wordCount
    let (source, destination) = (tables.source, tables.destination)
    prefixes = [
      CompiledProgram.prefixes(source.prefixes, PolicyMapName.sourcePrefixes, family),
      CompiledProgram.prefixes(destination.prefixes, PolicyMapName.destinationPrefixes, family),
    ].compactMap(\.self)
    classes = [
      ClassDimension(PolicyMapName.sourceSets, .addresses, source.sets),
      ClassDimension(PolicyMapName.destinationSets, .addresses, destination.sets),
      ClassDimension(PolicyMapName.sourcePortSets, .ports, source.portSets),
      ClassDimension(PolicyMapName.destinationPortSets, .ports, destination.portSets),
    ].compactMap(\.self)
  }

  private static func prefixes(_ rows: PrefixRows?, _ name: String, _ family: AddressFamily) -> MapContents? {
    guard let rows else { return nil }
    let spec = MapSpec(
      name: name, type: .lpmTrie, keySize: UInt32(4 + family.addressBits / 8), valueSize: 4,
      maxEntries: UInt32(max(rows.places.count, 1)), flags: .noPreallocation)
    let entries = rows.places.map { entry in
      (key: entry.prefix.prefix(family).keyBytes, value: withUnsafeBytes(of: entry.place) { Array($0) })
    }
    return MapContents(spec: spec, entries: entries)
  }
}

/// A dimension of a program whose rows are written as classes come and go.
public struct ClassDimension: Sendable {
  /// The map's name: a hash from class number to row.
  public let name: String
  public let kind: AddressClass.Kind
  let rows: ClassRows

  init?(_ name: String, _ kind: AddressClass.Kind, _ rows: ClassRows?) {
    guard let rows else { return nil }
    self.name = name
    self.kind = kind
    self.rows = rows
  }

  /// The sets that its rules name.
  public var sets: Set<IPSetID> { rows.sets }

  /// The row of a class whose members are in these sets; nil where none need be written.
  public func row(forClass memberships: Set<IPSetID>) -> [UInt64]? { rows.row(forClass: memberships)?.words }

  /// The map for that many classes.
  func spec(capacity: Int) -> MapSpec {
    MapSpec(
      name: name, type: .hash, keySize: 4, valueSize: UInt32(rows.standard.words.count * 8),
      maxEntries: UInt32(capacity), flags: .noPreallocation)
  }
}

extension AddressPrefix {
  /// The key of an LPM trie.
  var keyBytes: [UInt8] {
    switch self {
    case .ipv4(let key): withUnsafeBytes(of: key) { Array($0) }
    case .ipv6(let key): withUnsafeBytes(of: key) { Array($0) }
    }
  }
}
