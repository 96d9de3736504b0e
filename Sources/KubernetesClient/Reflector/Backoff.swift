/// Growing pauses between attempts: doubled each time up to a cap, and each drawn from the upper half of its range, so
/// that clients that failed together do not come back together.
struct Backoff: Sendable, Equatable {
  let base: Duration
  let cap: Duration
  /// Pauses since the last success.
  private(set) var attempts = 0
  private var random: SplitMix64

  init(base: Duration, cap: Duration, seed: UInt64) {
    self.base = base
    self.cap = cap
    random = SplitMix64(state: seed)
  }

  /// The next pause.
  mutating func next() -> Duration {
    attempts += 1
    // Beyond 2^20 any base is above any cap.
    let ceiling = min(cap, base * (1 << min(attempts - 1, 20)))
    return spread(ceiling / 2, ceiling)
  }

  /// An attempt succeeded.
  mutating func reset() { attempts = 0 }

  /// A duration between two, drawn at random.
  mutating func spread(_ low: Duration, _ high: Duration) -> Duration {
    low + (high - low) * Double.random(in: 0...1, using: &random)
  }
}

/// A small generator of random numbers with a seed (Steele, Lea, Flood 2014), so that tests repeat.
struct SplitMix64: RandomNumberGenerator, Sendable, Equatable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
