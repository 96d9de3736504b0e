import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Asks the host's routing tables for the way of a packet from `source` to `destination` that comes in at `interface`, or, as
  /// `flags` may say, leaves there.
  ///
  /// - Parameters:
  ///   - length: bytes, of a packet that fits wherever it goes: then the answer says how long others may be. 0 asks no such thing.
  ///   - mark: its mark; 0 is none. A kernel that routes no marks in questions answers as if there were none.
  @inline(__always)
  static func askRoute(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ question: UnsafeMutablePointer<RouteQuestion>,
    from source: Address, _ sourcePort: BigEndian16, to destination: Address, _ destinationPort: BigEndian16,
    length: UInt16, mark: UInt32, at interface: UInt32, _ flags: RouteQuestionFlags = .none
  ) -> RouteAnswer {
    let (sender, receiver) = (neighbour(source), neighbour(destination))
    question.pointee.family = UInt8(truncatingIfNeeded: receiver.family)
    question.pointee.proto = packet.pointee.proto
    question.pointee.sourcePort = sourcePort
    question.pointee.destinationPort = destinationPort
    question.pointee.length = length
    question.pointee.interfaceIndex = interface
    question.pointee.service = 0
    question.pointee.source = sender.nextHop
    question.pointee.destination = receiver.nextHop
    question.pointee.vlan = 0
    question.pointee.mark = mark
    let answer = buffer.ask(question, mark == 0 ? flags : flags | .marked)
    // Such a kernel has looked at nothing yet.
    return answer == .unknownFlag ? buffer.ask(question, flags) : answer
  }
}
