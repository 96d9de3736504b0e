import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Makes the entry of a translated flow's answers, under a tuple that no other flow has. A source that is translated gets
  /// a port of the node's range; any other keeps its port unless that is taken.
  @inline(__always)
  static func claimAnswers(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ hook: Hook
  ) throws(Drop) {
    if !packet.pointee.ends.has(.source) {
      let result = claim(packet, entry)
      if result == .done { return }
      guard result == .exists else { throw .conntrackFull }
      packet.pointee.ends = TranslatedEnds(
        rawValue: packet.pointee.ends.rawValue | TranslatedEnds.source.rawValue)
      count(.portCollision, packet.pointee.interfaceIndex, hook)
    }
    // Without ports there is nothing to tell flows apart by.
    guard packet.pointee.hasPorts || packet.pointee.kind == .echo else {
      guard claim(packet, entry) == .done else { throw .natCollision }
      return
    }
    try claimPort(buffer, packet, entry)
  }

  /// Tries ports of the node's range, from a random one on in steps that meet every port once.
  @inline(never)
  private static func claimPort(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) throws(Drop) {
    guard let node = Node.state else { throw .sourcePortsExhausted }
    let range = node.pointee.sourcePorts
    let size = UInt32(range.count)
    guard size > 0 else { throw .sourcePortsExhausted }
    let step = SourcePorts.step(size)
    var offset = Kernel.random() % size
    setKey(packet.answersKey(), packet.translated(), packet.pointee.proto)
    packet.pointee.answersOpenerIsA = sourceIsA(packet.translated()) ? 1 : 0
    var probe: UInt32 = 0
    while probe < SourcePorts.probes {
      probe &+= 1
      let port = BigEndian16(UInt16(truncatingIfNeeded: UInt32(range.first) &+ offset))
      if isFree(port, buffer, packet) { return try takePort(packet, entry) }
      offset = (offset &+ step) % size
    }
    throw .sourcePortsExhausted
  }

  /// Whether no flow and no socket of the host has the port; `translated` and the key that was made from it have it then.
  ///
  /// Entries of flows that are over count too: looking into each would be the longest part of the program. A subprogram, so
  /// that the verifier need not follow every branch through every turn of the loop. Where the two addresses are one, the order
  /// of the key depends on the port: `claim` makes it anew.
  @inline(never)
  private static func isFree(_ port: BigEndian16, _ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Bool {
    let isEcho = packet.pointee.kind == .echo
    let openerIsA = packet.pointee.answersOpenerIsA != 0
    packet.pointee.translated.sourcePort = port
    if isEcho { packet.pointee.translated.destinationPort = port }
    if openerIsA || isEcho { packet.pointee.answersKey.portA = port }
    if !openerIsA || isEcho { packet.pointee.answersKey.portB = port }
    return conntrack.lookup(packet.answersKey()) == nil && !isHostPort(buffer, packet)
  }

  @inline(__always)
  private static func takePort(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>) throws(Drop) {
    let result = claim(packet, entry)
    if result == .done { return }
    // Another CPU was quicker; the sender will try again.
    throw result == .exists ? .natCollision : .conntrackFull
  }

  /// Whether answers would go to a socket of the host that has the port.
  @inline(__always)
  private static func isHostPort(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Bool {
    guard packet.pointee.hasPorts else { return false }
    packet.pointee.answers.source = packet.pointee.translated.destination
    packet.pointee.answers.destination = packet.pointee.translated.source
    packet.pointee.answers.sourcePort = packet.pointee.translated.destinationPort
    packet.pointee.answers.destinationPort = packet.pointee.translated.sourcePort
    return buffer.hasSocket(packet.pointee.proto, withUnsafePointer(to: &packet.pointee.answers) { $0 })
  }

  /// Writes the entry of the answers to what `translated` says now. `exists` if another live flow has that tuple.
  @inline(never)
  private static func claim(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>) -> MapResult {
    let key: KeyPointer<Self> = packet.answersKey()
    setKey(key, packet.translated(), packet.pointee.proto)
    if !entry.leg(fromA: sourceIsA(packet.translated())).pointee.flags.has(.opener) { mirror(entry) }
    setTranslation(.answers, packet, entry)
    let result = conntrack.update(key, entry, .create)
    guard result == .exists else { return result }
    if let other = conntrack.lookup(key) {
      guard isAnswers(other, of: packet) || reopen(key, packet, other) else { return .exists }
    }
    return conntrack.update(key, entry, .any)
  }

  /// Whether an entry is that of this very flow's answers: left by an earlier run of it, or by another CPU just now.
  @inline(__always)
  private static func isAnswers(_ entry: EntryPointer<Self>, of packet: PacketPointer<Self>) -> Bool {
    let translation = entry.translation()
    return translation.pointee.kind == .answers
      && translation.pointee.tuple.source == packet.pointee.destination
      && translation.pointee.tuple.destination == packet.pointee.source
      && translation.pointee.tuple.sourcePort == packet.pointee.destinationPort
      && translation.pointee.tuple.destinationPort == packet.pointee.sourcePort
  }
}

/// How the ports of a translated source are searched.
enum SourcePorts {
  /// Ports that are tried before a flow is dropped. With nine tenths of the range taken for one destination, one flow in 850
  /// finds none at its first packet (0.9 to the 64th).
  @inline(__always) static var probes: UInt32 { 64 }

  /// A stride that meets every one of `size` ports: a prime that does not divide it.
  @inline(__always) static func step(_ size: UInt32) -> UInt32 { size % 7919 == 0 ? 1 : 7919 }
}
