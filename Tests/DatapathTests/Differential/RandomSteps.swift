/// What happens next in a kernel, given what came of what happened before.
struct RandomSteps {
  private var chance: Chance
  /// Some of the frames that went in and came out so far.
  private var frames: [[UInt8]] = []
  /// What has to follow what was last done, unless something comes in between.
  private var queue: [Step] = []
  private var conversation: Conversation?
  private var spoke = false

  private static let remembered = 24

  init(_ chance: Chance) { self.chance = chance }

  /// `flows` are those that there are.
  mutating func next(flows: () throws -> [(map: String, key: [UInt8])]) rethrows -> Step {
    spoke = false
    if !queue.isEmpty, !chance.once(in: 5) { return queue.removeFirst() }
    switch chance.below(60) {
    case 0: return .pass(seconds: chance.pick([10, 10, 30, 60, 100, 600, 4000]))
    case 1: return .sweep(servicesChanged: chance.once(in: 2))
    case 2...4:
      if let talk = conversation?.first, chance.once(in: 4) {
        queue += RandomContents.loseBackends(talk.family, talk.destination)
      } else {
        queue += RandomContents.change(&chance)
      }
      return queue.isEmpty ? .sweep(servicesChanged: true) : queue.removeFirst()
    case 5:
      // The conntrack table gives up what it likes; the other one does not.
      let isGivenUp = !chance.mishap(in: 4)
      let flows = try flows().filter { !isGivenUp || !$0.map.hasSuffix("_est") }
      guard !flows.isEmpty else { break }
      let flow = chance.pick(flows)
      return .remove(map: flow.map, key: flow.key)
    default: break
    }
    return .packet(packet())
  }

  mutating func saw(_ step: Step, _ outcome: Outcome) {
    guard case .packet(let shot) = step else { return }
    if spoke { conversation?.saw(outcome) }
    for bytes in [shot.bytes, outcome.bytes] {
      if frames.count < Self.remembered {
        frames.append(bytes)
      } else {
        frames[chance.below(frames.count)] = bytes
      }
    }
  }

  private mutating func packet() -> Shot {
    var shot =
      switch chance.below(chance.isSound ? 20 : 12) {
      case 0, 1: RandomFrame.shot(&chance)
      case 2, 3: again()
      case 4, 5: piece()
      case 6, 7: error()
      default: spoken()
      }
    if chance.once(in: 16) { shot = Shot(program: .hostIngress, bytes: Tunnelling.wrapped(shot.bytes, &chance)) }
    if chance.once(in: chance.isSound ? 12 : 4) { Mutation.some(&shot, &chance) }
    return shot.runnable
  }

  /// The next packet of the conversation, or the first of another.
  private mutating func spoken() -> Shot {
    if let shot = conversation?.next(&chance) {
      spoke = true
      return shot
    }
    conversation = chance.once(in: 4) ? conversation?.rival(&chance) ?? .random(&chance) : .random(&chance)
    guard let shot = conversation?.next(&chance) else { return RandomFrame.shot(&chance) }
    spoke = true
    return shot
  }

  /// An earlier frame, or an answer to it.
  private mutating func again() -> Shot {
    guard !frames.isEmpty else { return RandomFrame.shot(&chance) }
    var bytes = chance.pick(frames)
    if chance.once(in: 2) { bytes = Answer.to(bytes) }
    let shape = FrameShape(bytes)
    let program = RandomFrame.program(seeing: shape.source(bytes), to: shape.destination(bytes), &chance)
    return Shot(program: program, bytes: bytes)
  }

  /// The first of the pieces of a frame; the others follow.
  private mutating func piece() -> Shot {
    let shot = chance.once(in: 2) ? RandomFrame.shot(&chance) : again()
    let pieces = Fragmenting.pieces(of: shot.bytes, &chance).map { Shot(program: shot.program, bytes: $0).runnable }
    queue += pieces.dropFirst().map { .packet($0) }
    return pieces.first ?? shot
  }

  private mutating func error() -> Shot {
    guard !frames.isEmpty, let shot = QuotingError.about(chance.pick(frames), &chance) else {
      return RandomFrame.shot(&chance)
    }
    return shot
  }
}
