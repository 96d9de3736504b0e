import DataplaneABI
import KernelRuntime

/// Goes through the flows of both families and removes those that are over. If services have changed, each flow is held
/// against them; otherwise an eighth of the flows, in case something was missed.
@inline(__always) public func conntrackSweep(_ request: SweepRequest) {
  IPv4.beginSweep(request)
  cali_v4_ct.forEach { _, key, entry, _ in
    IPv4.visit(
      key.assumingMemoryBound(to: ConntrackKey<IPv4Address>.self),
      entry.assumingMemoryBound(to: ConntrackValue<IPv4Address>.self))
    return 0
  }
  cali_v4_ct_est.forEach { _, key, kept, _ in
    IPv4.visitEstablished(
      key.assumingMemoryBound(to: ConntrackKey<IPv4Address>.self),
      kept.assumingMemoryBound(to: ConntrackValue<IPv4Address>.self))
    return 0
  }
  IPv4.countRoom(request)
  IPv6.beginSweep(request)
  cali_v6_ct.forEach { _, key, entry, _ in
    IPv6.visit(
      key.assumingMemoryBound(to: ConntrackKey<IPv6Address>.self),
      entry.assumingMemoryBound(to: ConntrackValue<IPv6Address>.self))
    return 0
  }
  cali_v6_ct_est.forEach { _, key, kept, _ in
    IPv6.visitEstablished(
      key.assumingMemoryBound(to: ConntrackKey<IPv6Address>.self),
      kept.assumingMemoryBound(to: ConntrackValue<IPv6Address>.self))
    return 0
  }
  IPv6.countRoom(request)
}

extension IPFamily {
  /// The family's element of `cali_ct_sweep`.
  @inline(__always) static var tally: UnsafeMutablePointer<SweepTally>? {
    var index: UInt32 = Address.bitWidth == 32 ? 0 : 1
    return cali_ct_sweep.lookup(&index)
  }

  @inline(__always) static func beginSweep(_ request: SweepRequest) {
    guard let tally else { return }
    beginCount()
    tally.pointee = SweepTally(
      now: Kernel.exactNow(), turn: tally.pointee.turn &+ 1, checkedServices: request.servicesChanged ? 1 : 0)
  }

  /// One entry's turn.
  @inline(__always)
  static func visit(_ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>) {
    guard let tally else { return }
    let kind = entry.pointee.translation.kind
    // bpf_for_each_hash_elem has looked up the next entry of a bucket before, and visits it even if this one took it along.
    if kind == .answers, !isFirstLook(entry, tally) { return }
    tally.pointee.seen &+= 1
    // The opener's entry alone does not tell; that of the answers counts for both.
    if kind != .opener, wasAnswered(entry, UInt8(truncatingIfNeeded: key.pointee.proto)) {
      tally.pointee.answered &+= kind == .answers ? 2 : 1
    }
    if kind == .none {
      visitPlain(key, entry, tally)
    } else if kind == .relayed {
      visitRelayed(key, entry, tally)
    } else {
      visitTranslated(key, entry, tally)
    }
  }

  /// Whether this sweep has not counted the entry of a flow's answers yet. From now on it has.
  @inline(__always)
  private static func isFirstLook(_ entry: EntryPointer<Self>, _ tally: UnsafeMutablePointer<SweepTally>) -> Bool {
    let turn = UInt32(truncatingIfNeeded: tally.pointee.turn)
    guard entry.pointee.padding != turn else { return false }
    entry.pointee.padding = turn
    return true
  }

  /// Whether packets went both ways, or, over TCP, both sides have acknowledged.
  @inline(__always)
  private static func wasAnswered(_ entry: EntryPointer<Self>, _ proto: UInt8) -> Bool {
    let (a, b) = (entry.pointee.aToB.flags, entry.pointee.bToA.flags)
    if proto == IPProtocolNumber.tcp {
      return a.has(.ackSeen) && b.has(.ackSeen)
    }
    // What the opener of a translated flow sends is counted in its own entry.
    guard !entry.pointee.translation.kind.hasCompanion else {
      return entry.pointee.aToB.packets | entry.pointee.bToA.packets != 0
    }
    return entry.pointee.aToB.packets != 0 && entry.pointee.bToA.packets != 0
  }

  @inline(__always)
  private static func visitPlain(
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>,
    _ tally: UnsafeMutablePointer<SweepTally>
  ) {
    let proto = UInt8(truncatingIfNeeded: key.pointee.proto)
    // Its client still goes past the service.
    if proto == IPProtocolNumber.udp, checksServices(key, tally), frontend(of: key, entry) != nil {
      return remove(key, .serviceSince, tally)
    }
    if isGrown(entry, tally),
      let end = end(of: entry, companion: nil, proto: proto, now: tally.pointee.now, newcomer: false)
    {
      remove(key, end, tally)
    }
  }

  @inline(__always)
  private static func visitRelayed(
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>,
    _ tally: UnsafeMutablePointer<SweepTally>
  ) {
    let proto = UInt8(truncatingIfNeeded: key.pointee.proto)
    // The node that it is passed on to may have chosen another backend, and tells its clients of TCP and SCTP itself.
    if !isConnection(proto), isStale(key, entry, proto, tally) { return remove(key, .backendGone, tally) }
    if isGrown(entry, tally),
      let end = end(of: entry, companion: nil, proto: proto, now: tally.pointee.now, newcomer: false)
    {
      remove(key, end, tally)
    }
  }

  @inline(__always)
  private static func visitTranslated(
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>,
    _ tally: UnsafeMutablePointer<SweepTally>
  ) {
    let proto = UInt8(truncatingIfNeeded: key.pointee.proto)
    let now = tally.pointee.now
    let decides = entry.pointee.translation.kind == .opener
    let tuple = withUnsafeMutablePointer(to: &entry.pointee.translation.tuple) { $0 }
    var otherKey = ConntrackKey(
      proto: 0, addressA: Address.any, portA: tuple.pointee.sourcePort, addressB: Address.any,
      portB: tuple.pointee.sourcePort)
    setCompanionKey(&otherKey, of: entry, proto)
    if decides, entry.pointee.translation.backend.id != 0, isStale(key, entry, proto, tally) {
      removeAnswers(&otherKey, flow(&otherKey), .backendGone, tally)
      return remove(key, .backendGone, tally)
    }
    guard isGrown(entry, tally) else { return }
    // Looking for the other entry costs three times what all else does.
    let seemsOver = decides && end(of: entry, companion: nil, proto: proto, now: now, newcomer: false) != nil
    guard seemsOver || hasTurn(key, tally) else { return }
    let present = flow(&otherKey)
    // What the table gave up and is kept may come back.
    guard let companion = present ?? kept(&otherKey) else {
      return remove(key, .orphan, tally)
    }
    guard decides, let end = end(of: entry, companion: companion, proto: proto, now: now, newcomer: false) else {
      return
    }
    removeAnswers(&otherKey, present, end, tally)
    remove(key, end, tally)
  }

  /// Whether its protocol has connections, which cannot move to another backend.
  @inline(__always) private static func isConnection(_ proto: UInt8) -> Bool {
    proto == IPProtocolNumber.tcp || proto == IPProtocolNumber.sctp
  }

  /// Whether the flow is to choose another backend because its own no longer serves. TCP cannot move: its sender is to be told
  /// once the backend is gone for good, unless the whole service is, whose connections go on as long as they can.
  @inline(__always)
  private static func isStale(
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>, _ proto: UInt8,
    _ tally: UnsafeMutablePointer<SweepTally>
  ) -> Bool {
    let opener = entry.leg(fromA: entry.pointee.aToB.flags.has(.opener))
    guard checksServices(key, tally) else {
      if opener.pointee.flags.has(.backendGone) { tally.pointee.told &+= 1 }
      return false
    }
    // Scratch memory belongs to the packets of this CPU, which come in between.
    var memberKey = MemberKey(id: 0, address: Address.any, port: BigEndian16(rawValue: 0))
    let membership = membership(entry, &memberKey)
    guard isConnection(proto) else { return !(membership?.has(.serving) ?? false) }
    if membership == nil, service(of: key, entry)?.pointee.id == entry.pointee.translation.backend.id {
      // What its client sends next gets to another backend, which tells it that it knows nothing of the association.
      guard proto == IPProtocolNumber.tcp else { return true }
      opener.pointee.flags = opener.pointee.flags | .backendGone
      tally.pointee.told &+= 1
    } else if opener.pointee.flags.has(.backendGone) {
      opener.pointee.flags = LegFlags(rawValue: opener.pointee.flags.rawValue & ~LegFlags.backendGone.rawValue)
    }
    return false
  }

  /// The service that the flow's opener talks to, by its address and port.
  @inline(__always)
  private static func frontend(
    of key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>
  ) -> UnsafeMutablePointer<Frontend>? {
    let openerIsA = entry.pointee.aToB.flags.has(.opener)
    var asked = FrontendKey(
      address: openerIsA ? key.pointee.addressB : key.pointee.addressA,
      port: openerIsA ? key.pointee.portB : key.pointee.portA, proto: UInt8(truncatingIfNeeded: key.pointee.proto))
    return frontends.lookup(&asked)
  }

  /// The same, or the service that has the port at every node. Whether the address is a node's cannot be asked: programs that may
  /// sleep have no tries.
  @inline(__always)
  private static func service(
    of key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>
  ) -> UnsafeMutablePointer<Frontend>? {
    if let frontend = frontend(of: key, entry) { return frontend }
    let openerIsA = entry.pointee.aToB.flags.has(.opener)
    var asked = FrontendKey(
      address: Address.everyNode, port: openerIsA ? key.pointee.portB : key.pointee.portA,
      proto: UInt8(truncatingIfNeeded: key.pointee.proto))
    return frontends.lookup(&asked)
  }

  @inline(__always)
  private static func checksServices(
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ tally: UnsafeMutablePointer<SweepTally>
  ) -> Bool { tally.pointee.checkedServices != 0 || hasTurn(key, tally) }

  /// Whether it is among the eighth of the entries that this sweep looks at more closely.
  @inline(__always)
  private static func hasTurn(
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ tally: UnsafeMutablePointer<SweepTally>
  ) -> Bool {
    let ports = UInt64(key.pointee.portA.host) &+ UInt64(key.pointee.portB.host)
    return (ports &+ tally.pointee.turn) & 7 == 0
  }

  /// Whether it is older than the grace period that every entry has.
  @inline(__always)
  private static func isGrown(_ entry: EntryPointer<Self>, _ tally: UnsafeMutablePointer<SweepTally>) -> Bool {
    guard let timeouts = Timeouts.current else { return false }
    return tally.pointee.now > entry.pointee.created &+ timeouts.pointee.creationGracePeriod
  }

  @inline(__always)
  private static func remove(
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ end: FlowEnd, _ tally: UnsafeMutablePointer<SweepTally>
  ) {
    guard forget(key) else { return }
    let counts = withUnsafeMutablePointer(to: &tally.pointee.ended) { UnsafeMutableRawPointer($0) }
    counts.assumingMemoryBound(to: UInt64.self)[Int(end.rawValue & 15)] &+= 1
  }

  /// Removes the entry of the answers with that of their opener. It is counted, if its own turn did not come before.
  @inline(__always)
  private static func removeAnswers(
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>?, _ end: FlowEnd,
    _ tally: UnsafeMutablePointer<SweepTally>
  ) {
    if let entry, isFirstLook(entry, tally) { tally.pointee.seen &+= 1 }
    remove(key, end, tally)
  }

  /// The turn of a connection that is kept: it follows what the conntrack table says, an eighth of them in each sweep, and has
  /// its own end if the table gave it up.
  @inline(__always)
  static func visitEstablished(_ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ kept: EntryPointer<Self>) {
    guard let tally else { return }
    guard hasTurn(key, tally) else {
      if looksForMissing, flow(key) == nil { noteMissing() }
      return
    }
    guard let entry = flow(key) else {
      if let end = end(ofKept: kept, tally.pointee.now) { remove(kept: key, end, tally) } else { noteMissing() }
      return
    }
    if entry.pointee.created == kept.pointee.created {
      kept.pointee = entry.pointee
    } else {
      // The key belongs to another connection by now.
      established.delete(key)
    }
  }

  /// Why a connection that the table gave up is over, nil while it is not.
  @inline(__always)
  private static func end(ofKept entry: EntryPointer<Self>, _ now: UInt64) -> FlowEnd? {
    var companion: EntryPointer<Self>?
    if entry.pointee.translation.kind.hasCompanion {
      var otherKey = ConntrackKey(
        proto: 0, addressA: Address.any, portA: BigEndian16(rawValue: 0), addressB: Address.any,
        portB: BigEndian16(rawValue: 0))
      setCompanionKey(&otherKey, of: entry, IPProtocolNumber.tcp)
      companion = kept(&otherKey)
    }
    return end(of: entry, companion: companion, proto: IPProtocolNumber.tcp, now: now, newcomer: false)
  }

  @inline(__always)
  private static func remove(
    kept key: UnsafeMutablePointer<ConntrackKey<Address>>, _ end: FlowEnd, _ tally: UnsafeMutablePointer<SweepTally>
  ) {
    guard established.delete(key) == .done else { return }
    tally.pointee.seen &+= 1
    let counts = withUnsafeMutablePointer(to: &tally.pointee.ended) { UnsafeMutableRawPointer($0) }
    counts.assumingMemoryBound(to: UInt64.self)[Int(end.rawValue & 15)] &+= 1
  }
}
