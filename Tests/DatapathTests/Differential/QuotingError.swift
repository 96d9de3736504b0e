import DataplaneABI
import KernelRuntime

/// ICMP errors about packets that were sent.
enum QuotingError {
  /// An error about `bytes`, which came somewhere; nil if that is no IP packet of the cluster.
  static func about(_ bytes: [UInt8], _ chance: inout Chance) -> Shot? {
    let shape = FrameShape(bytes)
    guard let family = shape.family, let sender = shape.source(bytes), let receiver = shape.destination(bytes) else {
      return nil
    }
    let source = chance.pick([receiver, receiver, .outside(1), .outside(1), .node(2), .node(1), .pod(2)])
    let types: [UInt8] = family == .v4 ? [3, 3, 11, 12, 4, 5] : [1, 2, 3, 4]
    let quoted = chance.pick([8, 8, 20, 40, chance.below(40)])
    let frame = Frame(
      family: family, source: source, destination: chance.once(in: 8) ? chance.pick(RandomFrame.places) : sender,
      transport: .icmp(type: chance.pick(types), identifier: 0), hopLimit: chance.pick([64, 64, 64, 1]),
      payload: Array(bytes.dropFirst(14).prefix(family.headerLength + quoted)))
    return Shot(program: RandomFrame.program(seeing: source, to: sender, &chance), bytes: frame.bytes)
  }
}
