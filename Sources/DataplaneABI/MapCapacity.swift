/// Entries a map is made for unless the loader is told otherwise. Calico's defaults.
public enum MapCapacity {
  @inlinable @inline(__always) public static var conntrack: UInt32 { 512_000 }
  /// A table that is there only because programs name it.
  @inlinable @inline(__always) public static var other: UInt32 { 1 }
  @inlinable @inline(__always) public static var routes: UInt32 { 262_144 }
  @inlinable @inline(__always) public static var frontends: UInt32 { 65_536 }
  @inlinable @inline(__always) public static var backends: UInt32 { 262_144 }
  /// Slots of all Maglev tables of a family: 521 tables of the usual size.
  @inlinable @inline(__always) public static var maglev: UInt32 { 262_144 }
  /// Packets whose fragments are on their way: as many as arrive in pieces within a few seconds.
  @inlinable @inline(__always) public static var fragments: UInt32 { 16_384 }
  /// Two megabytes a family.
  @inlinable @inline(__always) public static var heldFragments: UInt32 { 1024 }
  @inlinable @inline(__always) public static var choices: UInt32 { 65_536 }
  /// Calico's `cali_v4_ct_nats` has 10,000, and its `cali_v4_srmsg` for UDP 510,000; here both are one map.
  @inlinable @inline(__always) public static var dialled: UInt32 { 65_536 }
  @inlinable @inline(__always) public static var members: UInt32 { 262_144 }
  @inlinable @inline(__always) public static var sourceRanges: UInt32 { 65_536 }
  /// What policies denied that is remembered, of both families.
  @inlinable @inline(__always) public static var denials: UInt32 { 4096 }
  /// Addresses and prefixes of all sets that policies use, of a family (`bpfMapSizeIPSets`).
  @inlinable @inline(__always) public static var addressSets: UInt32 { 1_048_576 }
  @inlinable @inline(__always) public static var portSets: UInt32 { 1_048_576 }
  /// Slots of `cali_policy`: some 4,000 pods.
  @inlinable @inline(__always) public static var policySlots: UInt32 { 16_384 }
  @inlinable @inline(__always) public static var counters: UInt32 { 10_000 }
}
