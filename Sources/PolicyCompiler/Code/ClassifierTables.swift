import Policy

/// Everything that one program's code refers to.
struct ClassifierTables: Sendable {
  let family: AddressFamily
  let layout: BitLayout
  let transport: IntervalRows?
  let sourceTransport: IntervalRows?
  let source: PeerTables
  let destination: PeerTables
  let data: ProgramData

  /// What is looked up by an end's address.
  struct PeerTables: Sendable {
    let prefixes: PrefixRows?
    let sets: ClassRows?
    /// Where the standard row of `sets` is.
    let standardSets: UInt32
    let portSets: ClassRows?
    let standardPortSets: UInt32

    init(_ layout: BitLayout, _ rows: inout RowTable, peer: (Conjunction) -> PeerCondition) {
      prefixes = PrefixRows(layout, &rows, condition: peer)
      sets = ClassRows(layout) { peer($0).sets }
      standardSets = sets.map { rows.place($0.standard) } ?? 0
      portSets = ClassRows(layout) { peer($0).portSets }
      standardPortSets = portSets.map { rows.place($0.standard) } ?? 0
    }
  }

  init(_ part: PolicyPart, _ family: AddressFamily) {
    self.family = family
    layout = BitLayout(part.stages)
    var rows = RowTable(wordsPerRow: layout.wordCount)
    transport = IntervalRows(layout, &rows) { $0.transport }
    sourceTransport = IntervalRows(layout, &rows) { $0.sourceTransport }
    source = PeerTables(layout, &rows) { $0.source }
    destination = PeerTables(layout, &rows) { $0.destination }
    var data = ProgramData(ActionTable(layout), rows)
    if let transport { data.append(transport) }
    if let sourceTransport { data.append(sourceTransport) }
    self.data = data
  }
}
