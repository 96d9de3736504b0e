import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Remembers who denied a packet, for whoever asks why it did not arrive.
  @inline(never)
  static func noteDenial(
    _ packet: PacketPointer<Self>, _ question: UnsafeMutablePointer<PolicyQuestion>, _ hook: UInt32
  ) {
    guard let scratch = Scratch.current else { return }
    let key = withUnsafeMutablePointer(to: &scratch.pointee.deniedKey) { $0 }
    key.pointee.source = question.pointee.source
    key.pointee.destination = question.pointee.destination
    key.pointee.transport = question.pointee.transport
    key.pointee.family = policyFamily == 0 ? 4 : 6
    let known = cali_denied.lookup(key)
    let value = known ?? withUnsafeMutablePointer(to: &scratch.pointee.denied) { $0 }
    value.pointee.packets = known == nil ? 1 : value.pointee.packets &+ 1
    value.pointee.lastSeen = packet.pointee.now
    value.pointee.program = question.pointee.program
    value.pointee.rule = question.pointee.rule
    value.pointee.interfaceIndex = packet.pointee.interfaceIndex
    value.pointee.hook = hook
    // A full map gives up what was denied longest ago.
    if known == nil { _ = cali_denied.update(key, value, .any) }
  }
}
