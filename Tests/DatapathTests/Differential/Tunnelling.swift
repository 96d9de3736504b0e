import DataplaneABI
import KernelRuntime

/// What another node sends through a tunnel, mostly as it should be.
enum Tunnelling {
  /// The frame as it comes from node 2 to node 1.
  static func wrapped(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8] {
    guard let family = FrameShape(bytes).family else { return bytes }
    let type: [UInt8] = chance.mishap(in: 12) ? [0x08, 0x06] : family.etherType.octets
    let network: [UInt8] = chance.once(in: 20) ? [0, 0, 7, 0] : [0xca, 0x11, 0xc0, 0]
    let header: [UInt8] = [chance.mishap(in: 12) ? 0 : 0x08, 0, 0, 0] + network
    let outer = Frame(
      family: family, source: chance.once(in: 15) ? chance.pick(RandomFrame.places) : .node(2), sourcePort: 1234,
      destination: chance.mishap(in: 12) ? .node(2) : .node(1), destinationPort: 4789,
      transport: .udp(checksum: family == .v6 && chance.once(in: 4)),
      payload: header + [UInt8](repeating: 0, count: 12) + type + bytes.dropFirst(14))
    return outer.bytes
  }

  /// The frame in what goes through a tunnel; nil if it is no such frame.
  static func unwrapped(_ bytes: [UInt8]) -> [UInt8]? {
    let shape = FrameShape(bytes)
    let inner = shape.transport + 8 + 8
    guard shape.proto == IPProtocolNumber.udp, shape.kind == .plain, bytes.count > inner + 14 + 20,
      bytes[shape.transport + 2..<shape.transport + 4] == [0x12, 0xb5],
      bytes[shape.transport + 12..<shape.transport + 15] == [0xca, 0x11, 0xc0]
    else { return nil }
    return Array(bytes[inner...])
  }
}
