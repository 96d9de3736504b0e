/// One thing that happens in a kernel.
enum Step: Equatable {
  case packet(Shot)
  case sweep(servicesChanged: Bool)
  /// Every flow becomes that much older.
  case pass(seconds: UInt64)
  case set(Element)
  case remove(map: String, key: [UInt8])
}

/// What happens, one after the other, in a kernel whose maps are empty but for `RandomContents.settings`. It says all that matters:
/// two runs of it differ in nothing but the clock.
struct Play: Equatable {
  /// What every random number is.
  var random: UInt32
  var steps: [Step]

  var packetCount: Int {
    steps.count {
      if case .packet = $0 { true } else { false }
    }
  }
}

/// What a kernel made of a step.
struct Outcome: Equatable, CustomStringConvertible {
  /// What the program returned; of a change to a map, whether it took place.
  var verdict: Int32
  var bytes: [UInt8] = []
  var mark: UInt32 = 0

  static let done = Outcome(verdict: 0)
  static let refused = Outcome(verdict: 1)

  var description: String { "verdict \(verdict) mark \(mark) bytes \(Hex.text(bytes))" }
}
