import DataplaneABI

/// The node's settings of how long a silence ends a flow.
enum Timeouts {
  /// In place. An array's element is always there.
  @inline(__always) static var current: UnsafeMutablePointer<ConntrackTimeouts>? {
    var first: UInt32 = 0
    guard let node = cali_node.lookup(&first) else { return nil }
    return withUnsafeMutablePointer(to: &node.pointee.timeouts) { $0 }
  }
}

/// What the packets of a flow have shown, over both of its entries if it has two.
struct FlowSigns {
  /// TCP flags that the opener sent, and those it got.
  var there: LegFlags
  var back: LegFlags
  /// Nanoseconds of CLOCK_MONOTONIC.
  var lastSeen: UInt64
  /// 1 if what is answered does not come by here: then one side's signs have to do.
  var isOneSided: UInt32 = 0

  /// How long a connection may be half closed without a word, if only the side is seen that has closed: what Linux gives it
  /// (nf_conntrack_tcp_timeout_fin_wait).
  @inline(__always) static var halfClosed: UInt64 { 120_000_000_000 }
}

extension FlowSigns {
  /// Why the flow is over, nil while it is not.
  ///
  /// A `newcomer`, a packet that may open a flow, need not wait after a RST or two FINs: its sender knows that the old
  /// connection is over.
  @inline(__always)
  func end(_ proto: UInt8, now: UInt64, newcomer: Bool, _ timeouts: UnsafeMutablePointer<ConntrackTimeouts>) -> FlowEnd?
  {
    let limit: UInt64
    let end: FlowEnd
    switch proto {
    case IPProtocolNumber.tcp:
      if (there | back).has(.rstSeen) {
        (end, limit) = (.resetSeen, newcomer ? 0 : timeouts.pointee.tcpResetSeen)
      } else if isOneSided != 0, there.has(.finSeen) {
        (end, limit) = (.finsSeen, FlowSigns.halfClosed)
      } else if isOneSided != 0, there.has(.ackSeen) {
        (end, limit) = (.establishedSilent, timeouts.pointee.tcpEstablished)
      } else if there.has(.finSeen), back.has(.finSeen) {
        (end, limit) = (.finsSeen, newcomer ? 0 : timeouts.pointee.tcpFinsSeen)
      } else if there.has(.ackSeen), back.has(.ackSeen) {
        (end, limit) = (.establishedSilent, timeouts.pointee.tcpEstablished)
      } else {
        (end, limit) = (.unanswered, timeouts.pointee.tcpSynSent)
      }
    case IPProtocolNumber.sctp:
      if (there | back).has(.rstSeen) {
        (end, limit) = (.resetSeen, newcomer ? 0 : timeouts.pointee.tcpResetSeen)
      } else if there.has(.synSeen), !isOpen {
        (end, limit) = (.unanswered, timeouts.pointee.tcpSynSent)
      } else {
        (end, limit) = (.genericSilent, timeouts.pointee.generic)
      }
    case IPProtocolNumber.udp: (end, limit) = (.udpSilent, timeouts.pointee.udp)
    case IPProtocolNumber.icmp, IPProtocolNumber.icmpv6: (end, limit) = (.icmpSilent, timeouts.pointee.icmp)
    default: (end, limit) = (.genericSilent, timeouts.pointee.generic)
    }
    return limit == 0 || now > lastSeen &+ limit ? end : nil
  }

  /// Whether each side has shown that it got what the other sent first; where one is not seen, whether the opener has.
  @inline(__always) private var isOpen: Bool {
    there.has(.ackSeen) && (isOneSided != 0 || back.has(.ackSeen))
  }
}

extension IPFamily {
  /// The signs of the flow that `entry`, and `companion` if there is one, stand for.
  @inline(__always)
  static func signs(_ entry: EntryPointer<Self>, _ companion: EntryPointer<Self>?) -> FlowSigns {
    // Flags are chosen, not legs: one unknown number is like another to the verifier, pointers are not.
    let (a, b) = (entry.pointee.aToB.flags, entry.pointee.bToA.flags)
    var signs = FlowSigns(
      there: a.has(.opener) ? a : b, back: a.has(.opener) ? b : a, lastSeen: entry.pointee.lastSeen)
    if (a | b).has(.answeredElsewhere) { signs.isOneSided = 1 }
    guard let companion else { return signs }
    // The other entry's key may sort differently.
    let (c, d) = (companion.pointee.aToB.flags, companion.pointee.bToA.flags)
    signs.there = signs.there | (c.has(.opener) ? c : d)
    signs.back = signs.back | (c.has(.opener) ? d : c)
    if companion.pointee.lastSeen > signs.lastSeen { signs.lastSeen = companion.pointee.lastSeen }
    return signs
  }

  /// Why the flow of `entry` is over, nil while it is not.
  @inline(__always)
  static func end(
    of entry: EntryPointer<Self>, companion: EntryPointer<Self>?, proto: UInt8, now: UInt64, newcomer: Bool
  ) -> FlowEnd? {
    guard let timeouts = Timeouts.current else { return nil }
    return signs(entry, companion).end(proto, now: now, newcomer: newcomer, timeouts)
  }
}

extension TranslationKind {
  /// Whether the flow has another entry, for its other direction.
  @inline(__always) var hasCompanion: Bool { self == .opener || self == .answers }
}
