import DataplaneABI
import KernelRuntime

// Session affinity of those who ask in packets: pods, and clients outside. A client is an address.

extension IPFamily {
  /// Chooses the backend that the client has kept to for no longer than the frontend asks, or a new one.
  @inline(never)
  static func chooseForClient(
    _ frontend: UnsafeMutablePointer<Frontend>, _ packet: PacketPointer<Self>, staysHere: UInt32
  ) throws(Drop) {
    let span = span(of: frontend, staysHere: staysHere != 0)
    let second = UInt32(truncatingIfNeeded: packet.pointee.now / 1_000_000_000)
    setChoiceKey(packet)
    if let kept = kept(packet.choiceKey(), frontend, span, packet.memberKey()),
      second &- kept.pointee.second <= frontend.pointee.affinitySeconds
    {
      packet.pointee.backend = kept.pointee.key
      packet.pointee.choice.backend = kept.pointee.backend
      return
    }
    packet.pointee.backend = try span.draw(frontend.pointee.id)
    guard let backend = backends.lookup(&packet.pointee.backend) else { throw .backendMissing }
    packet.pointee.choice.second = second
    packet.pointee.choice.key = packet.pointee.backend
    packet.pointee.choice.backend = backend.pointee
    // Should the map take nothing now, the next flow draws again.
    _ = choices.update(packet.choiceKey(), packet.choice(), .any)
  }

  /// Field by field: a whole key would go over the stack.
  @inline(__always) private static func setChoiceKey(_ packet: PacketPointer<Self>) {
    packet.pointee.choiceKey.chooser = KernelCookie(0)
    packet.pointee.choiceKey.client = packet.pointee.source
    packet.pointee.choiceKey.address = packet.pointee.destination
    packet.pointee.choiceKey.port = packet.pointee.destinationPort
    packet.pointee.choiceKey.proto = packet.pointee.proto
    packet.pointee.choiceKey.kind = .client
  }
}
