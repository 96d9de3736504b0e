import DataplaneABI
import Testing

@testable import Dataplane

@Suite("How far the moving of flows is")
struct MoveProgressTests {
  /// A table whose entries are met in order, and the kernel's program.
  private struct Table {
    enum Entry { case moves, refused, there }
    var entries: [Entry]
    var runs = 0

    /// - Parameter meanwhile: called after each run with what is left.
    mutating func move(quota: UInt64, meanwhile: (inout [Entry]) -> Void = { _ in }) throws -> Moved {
      var progress = MoveProgress(silentSince: 5, quota: quota, capacity: UInt64(entries.count))
      while true {
        var tally = try progress.next()
        if tally.silentSince == .max { run(&tally) }
        runs += 1
        meanwhile(&entries)
        if progress.record(tally) { return progress.total }
      }
    }

    private mutating func run(_ tally: inout MoveTally) {
      var left: [Entry] = []
      for entry in entries {
        if tally.quota == 0 || entry == .refused { left.append(entry) }
        guard tally.quota > 0 else { continue }
        tally.quota -= 1
        if entry == .moves { tally.moved += 1 }
        if entry == .refused { tally.refused += 1 }
      }
      entries = left
    }
  }

  @Test("silent flows first, then all, then one more look", arguments: [0, 1, 9])
  func ends(_ count: Int) throws {
    var table = Table(entries: Array(repeating: .moves, count: count))
    let total = try table.move(quota: 10)
    #expect(total.moved == UInt64(count) && total.refused == 0)
    #expect(table.entries.isEmpty)
    #expect(table.runs == (count == 0 ? 2 : 3))
  }

  @Test("a run that moved nothing is not the end where it did not get to the end")
  func nothingMoved() throws {
    for kind in [Table.Entry.there, .refused] {
      var table = Table(entries: Array(repeating: kind, count: 35) + Array(repeating: .moves, count: 7))
      let total = try table.move(quota: 10)
      #expect(total.moved == 7, "\(kind)")
      #expect(total.refused == (kind == .refused ? 35 : 0), "\(kind)")
      #expect(!table.entries.contains(.moves), "\(kind)")
    }
  }

  @Test("what is refused at the first look and finds a place at the second is not refused")
  func placeLater() throws {
    var table = Table(entries: [.moves, .refused, .refused])
    var looks = 0
    let total = try table.move(quota: 10) { entries in
      looks += 1
      if looks == 2 { entries = entries.map { _ in .moves } }
    }
    #expect(total.moved == 3 && total.refused == 0)
  }

  @Test("entries that come late move, too")
  func arrivals() throws {
    var table = Table(entries: Array(repeating: .moves, count: 25))
    var rest = 12
    let total = try table.move(quota: 10) { entries in
      guard rest > 0 else { return }
      rest -= 1
      entries += [.moves, .moves]
    }
    #expect(total.moved == 49)
    #expect(table.entries.isEmpty)
  }

  @Test("entries that never end are an error, soon", arguments: [1, 10, 100])
  func endless(_ each: Int) {
    var table = Table(entries: Array(repeating: .moves, count: 100))
    let failure = #expect(throws: DataplaneFailure.self) {
      _ = try table.move(quota: 10) { $0 += Array(repeating: .moves, count: each) }
    }
    #expect(failure?.subject == "conntrack tables")
    #expect(table.runs == 32 + 40)
  }

  @Test("however many are refused, the runs suffice", arguments: [1, 7, 1000])
  func allRefused(_ quota: UInt64) throws {
    var table = Table(entries: Array(repeating: .refused, count: 1000))
    #expect(try table.move(quota: quota).refused == 1000)
  }
}
