import DataplaneABI
import EBPF
import Policy

extension ClassifierCode {
  mutating func writeDimensions() {
    var intervals = tables.data.intervals.makeIterator()
    if let transport = tables.transport, let place = intervals.next() {
      code.load(.word, .r2, .r7, QuestionField.transport)
      search(transport, place)
    }
    if let transport = tables.sourceTransport, let place = intervals.next() {
      loadSourceTransport(.r2)
      search(transport, place)
    }
    write(tables.source, .source)
    write(tables.destination, .destination)
    for word in 0..<tables.layout.wordCount where !begun.contains(word) {
      code.loadConstant(.r1, tables.layout.full.words[word])
      code.store(.double, .r10, slot(word), .r1)
    }
  }

  /// An end of the packet.
  private enum End {
    case source, destination

    var field: Int16 { self == .source ? QuestionField.source : QuestionField.destination }
    var prefixes: String { self == .source ? PolicyMapName.sourcePrefixes : PolicyMapName.destinationPrefixes }
    var sets: String { self == .source ? PolicyMapName.sourceSets : PolicyMapName.destinationSets }
    var portSets: String { self == .source ? PolicyMapName.sourcePortSets : PolicyMapName.destinationPortSets }
  }

  private mutating func write(_ peer: ClassifierTables.PeerTables, _ end: End) {
    if peer.prefixes != nil || peer.sets != nil {
      code.store(.word, .r10, key, Int32(tables.family.addressBits))
      copyAddress(end, to: key + 4)
    }
    if let prefixes = peer.prefixes { look(for: prefixes, end.prefixes) }
    if let sets = peer.sets {
      let classes = tables.family == .ipv4 ? MapName.addressSets4 : MapName.addressSets6
      look(for: sets, peer.standardSets, classes: classes, rows: end.sets)
    }
    guard let portSets = peer.portSets else { return }
    copyAddress(end, to: key)
    switch end {
    case .source: loadSourceTransport(.r1)
    case .destination: code.load(.word, .r1, .r7, QuestionField.transport)
    }
    code.store(.word, .r10, key + Int16(tables.family.addressBits / 8), .r1)
    let classes = tables.family == .ipv4 ? MapName.portSets4 : MapName.portSets6
    look(for: portSets, peer.standardPortSets, classes: classes, rows: end.portSets)
  }

  private mutating func copyAddress(_ end: End, to place: Int16) {
    for offset in stride(from: Int16(0), to: Int16(tables.family.addressBits / 8), by: 4) {
      code.load(.word, .r1, .r7, end.field + offset)
      code.store(.word, .r10, place + offset, .r1)
    }
  }

  /// The protocol with the source port, as `PolicyTransport` has it with the destination's. `r3` is lost.
  private mutating func loadSourceTransport(_ register: Register) {
    code.load(.word, register, .r7, QuestionField.transport)
    code.arithmetic(.and, register, 0xff_0000)
    code.load(.half, .r3, .r7, QuestionField.sourcePort)
    code.arithmetic(.or, register, .r3)
  }

  // MARK: Numbers

  /// The row of the number in `r2`, by a binary search without jumps: a step is taken where the key there is not greater.
  private mutating func search(_ table: IntervalRows, _ place: (keys: Int32, places: Int32)) {
    code.arithmetic(.add, .r2, 1)
    code.move(.r1, 0)
    var step = table.keys.count / 2
    while step > 0 {
      loadData(.r3, place.keys + Int32(step) * 4)
      code.arithmetic(.add, .r3, .r1)
      code.load(.word, .r3, .r3, 0)
      // Negative where the key is not greater than the number. The sign becomes the step; were it spread over the word and then masked,
      // newer verifiers would look at both outcomes on their own, and so at every path through the search.
      code.arithmetic(.subtract, .r3, .r2)
      code.arithmetic(.shiftRight, .r3, 63)
      code.arithmetic(.shiftLeft, .r3, Int32(step.trailingZeroBitCount) + 2)
      // An addition of bits that are not there yet: older verifiers do not know the bounds of what two unknown numbers are OR-ed to.
      code.arithmetic(.add, .r1, .r3)
      step /= 2
    }
    loadData(.r3, place.places)
    code.arithmetic(.add, .r3, .r1)
    code.load(.word, .r1, .r3, 0)
    combine(rowAtPlace: table.words)
  }

  // MARK: Prefixes

  private mutating func look(for prefixes: PrefixRows, _ map: String) {
    let label = "no \(map)"
    lookUp(map, key)
    code.move(.r1, Int32(bitPattern: prefixes.standard))
    code.jump(.equal, .r0, 0, to: label)
    code.load(.word, .r1, .r0, 0)
    code.label(label)
    combine(rowAtPlace: prefixes.words)
  }

  // MARK: Classes

  /// The row of the class of the key at `key`.
  private mutating func look(for rows: ClassRows, _ standard: UInt32, classes: String, rows map: String) {
    let detour = Detour(label: "standard \(map)", place: standard, back: "row \(map)")
    detours.append(detour)
    lookUp(classes, key)
    code.jump(.equal, .r0, 0, to: detour.label)
    code.load(.word, .r1, .r0, 0)
    code.store(.word, .r10, number, .r1)
    lookUp(map, number)
    code.jump(.equal, .r0, 0, to: detour.label)
    code.label(detour.back)
    combine(.r0, rows.words)
  }

  // MARK: Rows

  /// `r1` is a place in the table of rows. One beyond it is nobody's.
  private mutating func combine(rowAtPlace words: [Int]) {
    code.jump(.greater, .r1, tables.data.lastRow, to: "broken")
    code.arithmetic(.shiftLeft, .r1, 3)
    loadData(.r2, tables.data.rows)
    code.arithmetic(.add, .r2, .r1)
    combine(.r2, words)
  }

  /// Keeps the bits that the row at `row` has as well.
  private mutating func combine(_ row: Register, _ words: [Int]) {
    for word in words {
      code.load(.double, .r3, row, Int16(word * 8))
      if !begun.insert(word).inserted {
        code.load(.double, .r4, .r10, slot(word))
        code.arithmetic(.and, .r3, .r4)
      }
      code.store(.double, .r10, slot(word), .r3)
    }
  }
}
