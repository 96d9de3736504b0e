import PathTable
import Testing

@Suite("Packet paths: what they cost")
struct PacketPathCosts {
  /// Numbers and hosts depend on nothing but the programs, so a page that is written once stays right until they change.
  @Test("every path reaches its end, by the hosts and at the cost that the page says, for both witnesses alike")
  func costs() throws {
    var measured: [PathRow: [PathColumn: String]] = [:]
    for row in PathRow.all {
      do {
        let outcome = try PathScenario(row).play()
        measured[row] = outcome.cells
        let seen = try PathDocument()[row, .seen]
        #expect(outcome.seen == seen, "\(row): the simulated nodes and those of the lab")
      } catch { Issue.record("\(row): \(error)") }
    }
    #expect(measured.count == PathRow.all.count)
    let differences = try PathDocument.differences(from: measured)
    #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
  }
}
