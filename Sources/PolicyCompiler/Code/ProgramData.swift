/// The read-only memory of a program, byte by byte.
struct ProgramData: Sendable {
  /// Where the numbers are that are known at load: of the policy, and of the slots that the program goes on to.
  static let number: Int32 = 0
  static let continuationSlot: Int32 = 4
  static let afterLastStageSlot: Int32 = 8
  private static let headerSize = 16

  private(set) var bytes: [UInt8]
  /// Where each part begins.
  let actions: Int32
  let rows: Int32
  /// How many bytes before the end the last row begins, counted from `rows` in words.
  let lastRow: Int32
  private(set) var intervals: [(keys: Int32, places: Int32)] = []

  init(_ actions: ActionTable, _ rows: RowTable) {
    bytes = [UInt8](repeating: 0, count: ProgramData.headerSize)
    self.actions = Int32(bytes.count)
    bytes.append(numbers: actions.entries)
    self.rows = Int32(bytes.count)
    bytes.append(numbers: rows.words)
    lastRow = Int32(rows.last)
  }

  /// Appends a dimension's keys and places; where they are is told by `intervals`.
  mutating func append(_ table: IntervalRows) {
    let keys = Int32(bytes.count)
    bytes.append(numbers: table.keys)
    let places = Int32(bytes.count)
    bytes.append(numbers: table.places)
    intervals.append((keys, places))
  }
}

extension [UInt8] {
  /// The numbers as they are in this machine's memory.
  mutating func append(numbers: [some FixedWidthInteger]) {
    numbers.withUnsafeBytes { append(contentsOf: $0) }
  }

  mutating func store(_ number: UInt32, at offset: Int32) {
    Swift.withUnsafeBytes(of: number) { replaceSubrange(Int(offset)..<Int(offset) + 4, with: $0) }
  }
}
