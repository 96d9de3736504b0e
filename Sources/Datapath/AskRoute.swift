import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Asks the host's routing tables for the way of a packet from `source` to `destination` that comes in where this one did.
  ///
  /// - Parameter length: bytes, of a packet that fits wherever it goes: then the answer says how long others may be. 0 asks no such thing.
  @inline(__always)
  static func askRoute(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ question: UnsafeMutablePointer<RouteQuestion>,
    from source: Address, _ sourcePort: BigEndian16, to destination: Address, _ destinationPort: BigEndian16,
    length: UInt16
  ) -> RouteAnswer {
    let (sender, receiver) = (neighbour(source), neighbour(destination))
    question.pointee.family = UInt8(truncatingIfNeeded: receiver.family)
    question.pointee.proto = packet.pointee.proto
    question.pointee.sourcePort = sourcePort
    question.pointee.destinationPort = destinationPort
    question.pointee.length = length
    question.pointee.interfaceIndex = packet.pointee.interfaceIndex
    question.pointee.service = 0
    question.pointee.source = sender.nextHop
    question.pointee.destination = receiver.nextHop
    question.pointee.vlan = 0
    return buffer.ask(question)
  }
}
