import Foundation

/// `docs/packet-paths.md`: prose, and the table, whose cells tests measure.
public struct PathDocument {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/packet-paths.md")
  private static let keys = ["Path", "Protocol", "Balancing", "Family"]

  private var prose: [String] = []
  private var cells: [PathRow: [PathColumn: String]] = [:]

  /// Holds what was measured against the page; what differs, a line each. `APUS_GOLDEN=update` has it written into the page first.
  public static func differences(from measured: [PathRow: [PathColumn: String]]) throws -> [String] {
    if ProcessInfo.processInfo.environment["APUS_GOLDEN"] == "update" {
      var page = try PathDocument()
      page.cells.merge(measured) { $0.merging($1) { $1 } }
      try page.text.write(to: file, atomically: true, encoding: .utf8)
    }
    let page = try PathDocument()
    let written = try String(contentsOf: file, encoding: .utf8)
    var differences = page.text == written ? [] : ["the page has rows that are none, or lacks some"]
    for row in PathRow.all {
      for (column, value) in measured[row] ?? [:] where page[row, column] != value {
        differences.append("\(row): \(column.rawValue): \(value), the page says \(page[row, column])")
      }
    }
    return differences
  }

  /// Reads the page: the table is its end.
  public init() throws {
    let rows = Dictionary(uniqueKeysWithValues: PathRow.all.map { ($0.cells, $0) })
    let page = try String(contentsOf: Self.file, encoding: .utf8)
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("| ") || line.hasPrefix("|-") else {
        prose.append(String(line))
        continue
      }
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard let row = rows[Array(parts.prefix(4))] else { continue }
      cells[row] = Dictionary(zip(PathColumn.allCases, parts.dropFirst(4))) { first, _ in first }
    }
    while prose.last?.isEmpty == true { prose.removeLast() }
  }

  /// "?" is what nobody has measured.
  public subscript(row: PathRow, column: PathColumn) -> String { cells[row]?[column] ?? "?" }

  private var text: String {
    let heads = Self.keys + PathColumn.allCases.map(\.rawValue)
    let rows = PathRow.all.map { row in row.cells + PathColumn.allCases.map { self[row, $0] } }
    let table = ([heads] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
    return (prose + ["", table[0], "|" + heads.map { _ in "---|" }.joined()] + table.dropFirst())
      .joined(separator: "\n") + "\n"
  }
}
