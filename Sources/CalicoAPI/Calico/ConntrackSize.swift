/// How many entries the conntrack tables of each family are to hold.
public struct ConntrackSize: Hashable, Sendable {
  /// `bpfMapSizeConntrack`.
  public var entries: UInt32 = 512_000
  /// `bpfMapSizePerCpuConntrack`: unless it is 0, it counts instead, for each CPU that the kernel may have.
  public var entriesPerCPU: UInt32 = 0

  /// What makes sense: with fewer entries the kernel, which hands free ones out to its CPUs by the hundred, would give up flows
  /// while there is room.
  public static let range: ClosedRange<UInt32> = 1000...100_000_000

  public init() {}

  /// Entries on a machine of so many possible CPUs.
  public func entries(possibleCPUs: Int) -> UInt32 {
    guard entriesPerCPU > 0 else { return entries }
    let product = UInt64(entriesPerCPU) * UInt64(max(possibleCPUs, 1))
    return UInt32(clamping: min(max(product, UInt64(Self.range.lowerBound)), UInt64(Self.range.upperBound)))
  }
}
