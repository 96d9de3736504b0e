import DataplaneABI
import KernelRuntime

/// A search for a source port that is free; on the stack of who searches.
struct PortSearch {
  var buffer: SocketBuffer
  /// Of the port that is tried next, from the first of the range on.
  var offset: UInt32
  /// 1 once `translated` has a port that is free.
  var isDone: UInt32

  /// Ports that are tried before a flow is dropped: with 99 of 100 in use towards one destination, one flow in 30,000 finds
  /// none at its first packet (0.99 to the 1,024th), and no flow costs more than some 100 us.
  @inline(__always) static var longest: UInt32 { 1024 }

  /// A stride that meets every one of `size` ports: a prime that does not divide it.
  @inline(__always) static func step(_ size: UInt32) -> UInt32 { size % 7919 == 0 ? 1 : 7919 }
}

extension IPFamily {
  /// Tries ports of the node's range, from a random one on in steps that meet every port once, until no flow and no socket of
  /// the host has one: `translated`, and the key that is made from it, have it then.
  @inline(__always)
  static func findPort(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Bool {
    guard let node = Node.state else { return false }
    let size = UInt32(node.pointee.sourcePorts.count)
    guard size > 0 else { return false }
    setKey(packet.answersKey(), packet.translated(), packet.pointee.proto)
    packet.pointee.answersOpenerIsA = sourceIsA(packet.translated()) ? 1 : 0
    var search = PortSearch(buffer: buffer, offset: Kernel.random() % size, isDone: 0)
    withUnsafeMutablePointer(to: &search) {
      Kernel.loop(size < PortSearch.longest ? size : PortSearch.longest, tryPort, UnsafeMutableRawPointer($0))
    }
    return search.isDone != 0
  }

  /// One turn: 1 ends the search.
  @inline(__always)
  static func tryPort(_ search: UnsafeMutablePointer<PortSearch>) -> Int {
    guard let node = Node.state, let scratch = Scratch.current else { return 1 }
    let size = UInt32(node.pointee.sourcePorts.count)
    guard size > 0 else { return 1 }
    let offset = search.pointee.offset
    let port = BigEndian16(UInt16(truncatingIfNeeded: UInt32(node.pointee.sourcePorts.first) &+ offset))
    search.pointee.offset = (offset &+ PortSearch.step(size)) % size
    guard isFree(port, search.pointee.buffer, scratchPacket(scratch)) else { return 0 }
    search.pointee.isDone = 1
    return 1
  }

  /// Entries of flows that are over count as taken: looking into each would make the search long. Where the two addresses are
  /// one, the order of the key depends on the port; whoever uses the key makes it anew.
  @inline(__always)
  private static func isFree(_ port: BigEndian16, _ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Bool {
    let isEcho = packet.pointee.kind == .echo
    let openerIsA = packet.pointee.answersOpenerIsA != 0
    packet.pointee.translated.sourcePort = port
    if isEcho { packet.pointee.translated.destinationPort = port }
    if openerIsA || isEcho { packet.pointee.answersKey.portA = port }
    if !openerIsA || isEcho { packet.pointee.answersKey.portB = port }
    guard flow(packet.answersKey()) == nil else { return false }
    // A connection that the table gave up goes on with its next packet.
    if packet.pointee.proto == IPProtocolNumber.tcp, mayHaveGivenUp, kept(packet.answersKey()) != nil { return false }
    return !isHostPort(buffer, packet)
  }

  /// Whether answers would go to a socket of the host that has the port.
  @inline(__always)
  private static func isHostPort(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Bool {
    // Nobody can ask for sockets of SCTP.
    guard packet.pointee.hasPorts, packet.pointee.proto != IPProtocolNumber.sctp else { return false }
    packet.pointee.answers.source = packet.pointee.translated.destination
    packet.pointee.answers.destination = packet.pointee.translated.source
    packet.pointee.answers.sourcePort = packet.pointee.translated.destinationPort
    packet.pointee.answers.destinationPort = packet.pointee.translated.sourcePort
    return buffer.hasSocket(packet.pointee.proto, withUnsafePointer(to: &packet.pointee.answers) { $0 })
  }
}
