import DataplaneABI
import EBPF
import PolicyCompiler

/// Policies of this node in the kernel. The maps of classes are this process's own: a policy and the classes that it knows belong
/// together, and an agent that starts brings both anew, beside what is there.
public final class LinuxPolicies: PolicyKernel {
  private let maps: MapSet
  private let classMaps: ClassMaps
  private let programs: Map

  /// Creates the maps of classes.
  public init(_ kernel: LinuxKernel) throws {
    var maps = MapSet()
    for name in [MapName.policyQuestion, MapName.policyPrograms] { maps.insert(try kernel.datapath.map(name)) }
    for spec in Self.classSpecs { maps.insert(try Map.create(spec)) }
    self.maps = maps
    classMaps = try ClassMaps(maps)
    programs = try maps.map(MapName.policyPrograms)
  }

  public func occupiedSlots() throws -> Set<UInt32> {
    var slots: Set<UInt32> = []
    for slot in PolicySlot.first..<MapCapacity.policySlots {
      let key = withUnsafeBytes(of: slot) { Array($0) }
      if try programs.lookUp(bytes: key) != nil { slots.insert(slot) }
    }
    return slots
  }

  public func load(
    _ policy: CompiledPolicy, number: UInt32, splitSlots: [UInt32], classes: [AddressClass]
  ) throws -> any KernelPolicy {
    try LoadedPolicy(policy, number: number, maps: maps, splitSlots: splitSlots, classes: classes)
  }

  public func install(_ policy: any KernelPolicy, at slot: UInt32) throws {
    guard let policy = policy as? LoadedPolicy else { throw ForeignPolicy() }
    try policy.install(in: programs, at: slot)
  }

  public func clear(_ slot: UInt32) throws { try programs.clear(at: slot) }

  public func write(_ writes: ClassWrites) throws { try classMaps.write(writes) }

  public func settle() throws { try GracePeriod.wait() }

  private struct ForeignPolicy: Error {}

  private static let classSpecs: [MapSpec] = [
    addresses(MapName.addressSets4, RouteKey<IPv4Address>.self),
    addresses(MapName.addressSets6, RouteKey<IPv6Address>.self),
    ports(MapName.portSets4, PortSetKey<IPv4Address>.self),
    ports(MapName.portSets6, PortSetKey<IPv6Address>.self),
  ]

  private static func addresses<Key: BitwiseCopyable>(_ name: String, _ key: Key.Type) -> MapSpec {
    MapSpec(
      name: name, type: .lpmTrie, key: key, value: UInt32.self, maxEntries: MapCapacity.addressSets,
      flags: .noPreallocation)
  }

  private static func ports<Key: BitwiseCopyable>(_ name: String, _ key: Key.Type) -> MapSpec {
    MapSpec(
      name: name, type: .hash, key: key, value: UInt32.self, maxEntries: MapCapacity.portSets, flags: .noPreallocation)
  }
}

extension LoadedPolicy: KernelPolicy {
  public func packets() throws -> [UInt64] { try counters() }
}
