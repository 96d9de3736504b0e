/// What of a policy is one program: some of its stages, or a piece of a stage that is too large for one.
struct PolicyPart: Sendable {
  var stages: [ClassifierStage]
  /// The part that has the rest of the last stage, where this one has not all of it.
  var continuation: Int?
  /// The part that comes after the last stage; nil where the policy ends with it.
  var afterLastStage: Int?
}

/// How large a policy's programs may become.
public struct CompilerLimits: Sendable, Hashable {
  /// Words of 64 rules that a program has at most. Each takes eight bytes of its stack.
  public var words: Int
  /// Programs that a policy has at most: each but the first one takes one of the 33 tail calls that a packet has.
  public var programs: Int

  public init(words: Int = 16, programs: Int = 12) {
    self.words = min(max(words, 1), CompilerLimits.mostWords)
    self.programs = max(programs, 1)
  }

  /// Half of a program's stack.
  private static let mostWords = 32
  /// Stages that a program has at most.
  static let stages = 64
}

extension PolicyPart {
  /// Stages one after the other, as many in each part as it holds. A stage that does not fit into one part has parts of its own, so
  /// that a packet that leaves it always finds a part that begins with the next.
  static func split(_ stages: [ClassifierStage], _ limits: CompilerLimits) -> [PolicyPart] {
    var parts: [PolicyPart] = []
    var current: [ClassifierStage] = []
    var words = 0
    func close() {
      if !current.isEmpty { parts.append(PolicyPart(stages: current)) }
      current = []
      words = 0
    }
    for stage in stages {
      let needed = stage.wordCount
      if needed > limits.words {
        close()
        parts += pieces(of: stage, limits.words, firstIndex: parts.count)
        continue
      }
      if words + needed > limits.words || current.count == CompilerLimits.stages { close() }
      current.append(stage)
      words += needed
    }
    close()
    for index in parts.indices {
      let next = parts[index].afterLastStage ?? index + 1
      parts[index].afterLastStage = next < parts.count ? next : nil
    }
    return parts
  }

  private static func pieces(of stage: ClassifierStage, _ words: Int, firstIndex: Int) -> [PolicyPart] {
    var pieces: [ClassifierStage] = []
    var rest = stage.conjunctions[...]
    while !rest.isEmpty {
      let positions = BitLayout.positions(Array(rest))
      let count = positions.prefix { $0 < words * BitLayout.bitsPerWord }.count
      pieces.append(ClassifierStage(conjunctions: Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
    let last = firstIndex + pieces.count - 1
    return pieces.enumerated().map { index, piece in
      let own = firstIndex + index
      // The part after the last piece; whether there is one is known once all are cut.
      return PolicyPart(
        stages: [piece], continuation: own < last ? own + 1 : nil, afterLastStage: own < last ? last + 1 : nil)
    }
  }
}
