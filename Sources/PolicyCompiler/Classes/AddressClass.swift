import Policy

/// Everything that is in the same sets. A class never changes its meaning, and its number is never given to another.
public struct AddressClass: Hashable, Sendable {
  public enum Kind: Hashable, Sendable, CaseIterable {
    /// Addresses: `cali_v4_ip_sets`, `cali_v6_ip_sets`.
    case addresses
    /// Addresses with protocol and port: `cali_v4_portset`, `cali_v6_portset`.
    case ports
  }

  /// From 1 on.
  public let number: UInt32
  public let family: AddressFamily
  public let kind: Kind
  public let sets: Set<IPSetID>

  public init(number: UInt32, family: AddressFamily, kind: Kind, sets: Set<IPSetID>) {
    self.number = number
    self.family = family
    self.kind = kind
    self.sets = sets
  }
}
