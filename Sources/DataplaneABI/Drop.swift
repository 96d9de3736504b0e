/// Why a packet was dropped. The number is the index of its counter; numbers are never reused.
public enum Drop: UInt8, Error, CaseIterable, Sendable {
  /// Shorter than its headers say, or than a header needs.
  case truncated = 1
  /// A header that contradicts itself: IP version, header length, total length.
  case malformed = 2
  /// A fragment of a packet whose flow has gone, or whose first fragment has not come and this one cannot wait for it.
  case fragment = 3
  /// IPv6 extension headers that are too many, too long, or send the packet elsewhere than its address says.
  case unsupportedHeader = 4
  /// A workload sent from an address that is not its own.
  case sourceNotAllowed = 5
  /// The service has no backend that can be chosen.
  case noBackend = 6
  /// The frontend promises a backend that is not there.
  case backendMissing = 7
  /// The conntrack table took no new entry.
  case conntrackFull = 8
  /// Another flow owns the translated tuple.
  case natCollision = 9
  /// A TCP packet that neither opens a flow nor belongs to one.
  case noFlow = 10
  /// Time to live, or hop limit, ran out.
  case ttlExceeded = 11
  /// The packet could not be rewritten.
  case rewriteFailed = 12
  /// The node has not been told what the destination is.
  case noRoute = 13
  /// An ethertype that workloads may not send.
  case unsupportedEtherType = 14
  /// No longer used: a workload reached itself through a service while sources could not be translated.
  case hairpin = 15
  /// No port of the node's range is free for a translated source.
  case sourcePortsExhausted = 16
  /// A source has to be translated, and the node has no address of that family.
  case noNodeAddress = 17
  /// A packet that was left untranslated for the host stack to quote would have been sent on.
  case untranslated = 18
  /// A pod may not reach its node (`defaultEndpointToHostAction`).
  case endpointToHost = 19
  /// TCP to a backend that is gone; its sender is told with a RST.
  case backendGone = 20
  /// No route leads back to who sent the packet, or none by the interface that it came in by (`bpfEnforceRPF`).
  case noWayBack = 21
  /// To an address of the services' ranges that no service has (`serviceLoopPrevention: Drop`).
  case serviceLoop = 22
  /// The same where the sender is told (`Reject`).
  case serviceRefused = 23
  /// From outside to a service that does not take clients from there (`loadBalancerSourceRanges`).
  case sourceRange = 24
  /// A tunnel's packet from who is no node, or that carries what nobody may send.
  case tunnelSource = 25
  /// Too long for the tunnel to the backend's node; its sender is told what fits.
  case tooLongForTunnel = 26
  /// A policy denies it.
  case policy = 27
  /// The policy of a pod that it is from or to is not in place.
  case noPolicy = 28
}
