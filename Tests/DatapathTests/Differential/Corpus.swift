import Glibc

/// The plays that are kept: one for each thing that was seen for the first time in it.
enum Corpus {
  private static var path: String {
    var folders = #filePath.split(separator: "/").dropLast()
    folders.append("Corpus")
    return "/" + folders.joined(separator: "/") + "/plays.txt"
  }

  static func read() throws -> [Play] {
    guard let file = fopen(path, "r") else { throw CorpusError(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[0..<count] }
    var plays: [Play] = []
    var lines: [Substring] = []
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
      if !line.isEmpty {
        lines.append(line)
      } else if !lines.isEmpty {
        plays.append(try Play(text: lines.joined(separator: "\n")))
        lines = []
      }
    }
    return plays
  }

  /// Adds plays, each under what is seen in it.
  private static func add(_ plays: [(sight: Sight, play: Play)]) throws {
    guard let file = fopen(path, "a") else { throw CorpusError(path: path) }
    defer { fclose(file) }
    for (sight, play) in plays { fputs("# \(sight)\n\(play)\n\n", file) }
  }
}

extension Corpus {
  /// Plays all of it: where the two kernels do not agree, and how often each thing is seen.
  static func replay(loading: Bool) throws -> (failures: [String], sights: [Sight: Int]) {
    let (twin, alone) = (try Twin(loading: loading), try Twin(loading: false))
    var failures: [String] = []
    var sights: [Sight: Int] = [:]
    for play in try read() {
      do { try twin.play(play) } catch let mismatch as Mismatch {
        failures.append("\(mismatch)\n\(play.shortestMismatch(twin))")
      }
      for sight in try play.sights(alone) { sights[sight, default: 0] += 1 }
    }
    return (failures, sights)
  }

  /// Keeps those plays in which something is seen whose like no kept one shows, each as short as it can be. Tells how many.
  static func extend(by firsts: [Sight: Play]) throws -> Int {
    let alone = try Twin(loading: false)
    func essences(_ play: Play) throws -> Set<Sight> { Set(try play.sights(alone).map(\.essence)) }
    var seen = try read().reduce(into: Set<Sight>()) { seen, play in seen.formUnion(try essences(play)) }
    var added: [(sight: Sight, play: Play)] = []
    for (sight, play) in firsts.sorted(by: { "\($0.key)" < "\($1.key)" }) where !seen.contains(sight) {
      let short = Shrinking.shortest(play) { (try? essences($0).contains(sight)) ?? false }
      seen.formUnion(try essences(short))
      added.append((sight, short))
    }
    try add(added)
    return added.count
  }
}

/// The corpus is not where it should be.
struct CorpusError: Error { let path: String }
