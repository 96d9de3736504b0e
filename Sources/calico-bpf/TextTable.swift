/// A table with a frame, its columns as wide as their widest cell.
enum TextTable {
  /// - Parameter rows: all as long as `head`.
  static func text(head: [String], rows: [[String]]) -> String {
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+") + "+\n"
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      return "| " + padded.joined(separator: " | ") + " |\n"
    }
    return rule + line(head) + rule + rows.map(line).joined() + rule
  }
}
