/// Why the entry of a flow was removed by a sweep. The number is the index of its counter in `SweepTally.ended`; numbers are
/// never reused.
public enum FlowEnd: UInt8, CaseIterable, Sendable {
  /// A RST, or the end of an SCTP association, then silence.
  case resetSeen = 1
  /// A FIN from each side, then silence.
  case finsSeen = 2
  case establishedSilent = 3
  /// TCP or SCTP that was not answered, or whose answer was not confirmed.
  case unanswered = 4
  case udpSilent = 5
  case icmpSilent = 6
  /// Protocols other than TCP, UDP and ICMP.
  case genericSilent = 7
  /// One of the two entries of a translated flow without the other.
  case orphan = 8
  /// Not TCP, and the backend that it was sent to no longer serves.
  case backendGone = 9
  /// Not TCP and not translated, although its destination is a service now.
  case serviceSince = 10
}
