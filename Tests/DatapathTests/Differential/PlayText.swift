// Plays as text, a line a step, to be kept and to be repeated by hand.

extension Play: CustomStringConvertible {
  var description: String { (["random \(random)"] + steps.map(\.description)).joined(separator: "\n") }

  /// Reads what `description` wrote; lines that begin with # say nothing.
  init(text: some StringProtocol) throws {
    var lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    guard let first = lines.first?.split(separator: " "), first.count == 2, first[0] == "random",
      let random = UInt32(first[1])
    else { throw PlayTextError(line: lines.first.map { String($0) } ?? "") }
    lines.removeFirst()
    self.init(random: random, steps: try lines.map { try Step(line: String($0)) })
  }
}

/// A line that is no step.
struct PlayTextError: Error { let line: String }

extension Step: CustomStringConvertible {
  var description: String {
    switch self {
    case .packet(let shot):
      "packet \(shot.program.name) \(shot.mark) \(shot.segmentSize) \(Hex.text(shot.bytes))"
    case .sweep(let servicesChanged): "sweep \(servicesChanged ? 1 : 0)"
    case .pass(let seconds): "pass \(seconds)"
    case .set(let element): "set \(element.map) \(Hex.text(element.key)) \(Hex.text(element.value))"
    case .remove(let map, let key): "remove \(map) \(Hex.text(key))"
    }
  }

  init(line: String) throws {
    let words = line.split(separator: " ").map { String($0) }
    guard let step = Step(words: words) else { throw PlayTextError(line: line) }
    self = step
  }

  private init?(words: [String]) {
    switch (words.first, words.count) {
    case ("packet", 5):
      guard let program = World.Program.allCases.first(where: { $0.name == words[1] }), let mark = UInt32(words[2]),
        let segmentSize = UInt32(words[3]), let bytes = Hex.bytes(words[4])
      else { return nil }
      self = .packet(Shot(program: program, bytes: bytes, mark: mark, segmentSize: segmentSize))
    case ("sweep", 2): self = .sweep(servicesChanged: words[1] == "1")
    case ("pass", 2):
      guard let seconds = UInt64(words[1]) else { return nil }
      self = .pass(seconds: seconds)
    case ("set", 4):
      guard let key = Hex.bytes(words[2]), let value = Hex.bytes(words[3]) else { return nil }
      self = .set(Element(words[1], key: key, value: value))
    case ("remove", 3):
      guard let key = Hex.bytes(words[2]) else { return nil }
      self = .remove(map: words[1], key: key)
    default: return nil
    }
  }
}

/// Bytes as pairs of hexadecimal digits.
enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  static func bytes(_ text: String) -> [UInt8]? {
    let values = text.utf8.map { digits.firstIndex(of: $0) }
    guard values.count % 2 == 0 else { return nil }
    return stride(from: 0, to: values.count, by: 2).reduce(into: [UInt8]?.some([])) { bytes, index in
      guard let high = values[index], let low = values[index + 1] else {
        bytes = nil
        return
      }
      bytes?.append(UInt8(high << 4 | low))
    }
  }
}
