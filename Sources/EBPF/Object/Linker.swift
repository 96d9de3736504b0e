/// Puts a program and every subprogram it reaches into one run of instructions.
struct Linker {
  let file: ELFFile
  let extensions: BTFExtension

  /// A function and where it was put.
  private struct Piece {
    let symbol: ELFFile.Symbol
    /// Its first instruction in the program.
    let start: Int
    var count: Int { symbol.size / Instruction.size }
  }

  private struct Place: Hashable {
    let section: Int
    let offset: Int
  }

  /// A link under way.
  private struct State {
    var instructions: [Instruction] = []
    var references: [Reference] = []
    var pieces: [Piece] = []
    var starts: [Place: Int] = [:]
    var waiting: [ELFFile.Symbol] = []
    var calls: [(instruction: Int, target: Place)] = []
  }

  /// The linked program; its type, attach type and licence are the caller's to fill in.
  func program(_ symbol: ELFFile.Symbol) throws(ObjectError) -> ProgramSpec {
    var state = State()
    state.waiting = [symbol]
    while let next = state.waiting.popLast() {
      let place = Place(section: next.section, offset: next.value)
      if state.starts[place] == nil { try append(next, at: place, to: &state) }
    }
    for call in state.calls {
      guard let start = state.starts[call.target] else { continue }
      state.instructions[call.instruction].immediate = Int32(truncatingIfNeeded: start - call.instruction - 1)
    }
    return ProgramSpec(
      name: symbol.name, type: ProgramType(rawValue: 0), license: "", instructions: state.instructions,
      references: state.references,
      subprograms: state.pieces.map { Subprogram(name: $0.symbol.name, start: $0.start) },
      functionInfo: gather(extensions.functions, state.pieces), lineInfo: gather(extensions.lines, state.pieces))
  }

  private func append(_ symbol: ELFFile.Symbol, at place: Place, to state: inout State) throws(ObjectError) {
    guard symbol.size > 0, symbol.size % Instruction.size == 0, symbol.value % Instruction.size == 0 else {
      throw ObjectError("function \(symbol.name) is no whole number of instructions")
    }
    let section = file.sections[symbol.section]
    guard symbol.size <= section.range.count, symbol.value <= section.range.count - symbol.size else {
      throw ObjectError("function \(symbol.name) reaches past the end of section \(section.name)")
    }
    let start = state.instructions.count
    guard start + symbol.size / Instruction.size <= Linker.largestProgram else {
      throw ObjectError("program is larger than \(Linker.largestProgram) instructions")
    }
    state.starts[place] = start
    state.pieces.append(Piece(symbol: symbol, start: start))
    let bytes = Array(
      file.reader.bytes[section.range][(section.range.lowerBound + symbol.value)...].prefix(symbol.size))
    for offset in stride(from: 0, to: bytes.count, by: Instruction.size) {
      guard let instruction = Instruction(bytes, at: offset) else { continue }
      state.instructions.append(instruction)
    }
    let relocated = try relocate(symbol, start: start, &state)
    try collectCalls(symbol, start: start, except: relocated, &state)
  }

  /// Applies the relocations inside `symbol`; returns the instructions that had one.
  private func relocate(
    _ symbol: ELFFile.Symbol, start: Int, _ state: inout State
  ) throws(ObjectError) -> Set<Int> {
    var relocated: Set<Int> = []
    for relocation in file.relocations[symbol.section] ?? [] {
      let offset = relocation.offset - symbol.value
      guard relocation.offset >= symbol.value, offset < symbol.size else { continue }
      let index = start + offset / Instruction.size
      let target = file.symbols[relocation.symbol]
      guard relocated.insert(index).inserted else {
        throw ObjectError("function \(symbol.name): two relocations at byte \(offset)")
      }
      if state.instructions[index].isWide {
        try relocateLoad(index, target, in: symbol, &state)
      } else if state.instructions[index].isCall {
        try relocateCall(index, target, in: symbol, &state)
      } else {
        throw ObjectError(
          "function \(symbol.name): a relocation to \(target.name) on an instruction that takes none (byte \(offset))")
      }
    }
    return relocated
  }

  /// R_BPF_64_64: the address of a map, of data, or of a callback.
  private func relocateLoad(
    _ index: Int, _ target: ELFFile.Symbol, in function: ELFFile.Symbol, _ state: inout State
  ) throws(ObjectError) {
    guard index + 1 < state.instructions.count else {
      throw ObjectError("function \(function.name) ends inside a wide load")
    }
    guard target.section > 0, target.section < file.sections.count else {
      throw ObjectError("function \(function.name) refers to \(target.name), which is not defined")
    }
    let section = file.sections[target.section]
    let offset = target.value &+ Int(state.instructions[index].immediate)
    state.instructions[index].immediate = 0
    if section.name == ".maps" {
      state.instructions[index].source = PseudoLoad.map
      state.references.append(Reference(instruction: index, target: .map(try mapName(target, offset))))
    } else if section.isCode {
      state.instructions[index].source = PseudoLoad.function
      try call(index, section, offset, in: function, &state)
    } else if DataSection.isOne(section.name), section.isData, (0...section.size).contains(offset) {
      state.instructions[index].source = PseudoLoad.mapValue
      state.instructions[index + 1].immediate = Int32(truncatingIfNeeded: offset)
      state.references.append(Reference(instruction: index, target: .data(section.name)))
    } else {
      throw ObjectError("function \(function.name) refers to \(target.name) in section \(section.name)")
    }
  }

  /// R_BPF_64_32: a subprogram, or a kernel function where the symbol is undefined.
  private func relocateCall(
    _ index: Int, _ target: ELFFile.Symbol, in function: ELFFile.Symbol, _ state: inout State
  ) throws(ObjectError) {
    if target.section == 0 {
      state.instructions[index].source = Register(rawValue: PseudoCall.kernelFunction)
      state.instructions[index].immediate = 0
      state.references.append(Reference(instruction: index, target: .kernelFunction(target.name)))
      return
    }
    guard target.section < file.sections.count else {
      throw ObjectError("function \(function.name) calls \(target.name), which is not defined")
    }
    state.instructions[index].source = Register(rawValue: PseudoCall.subprogram)
    let distance = (Int(state.instructions[index].immediate) + 1) * Instruction.size
    try call(index, file.sections[target.section], target.value &+ distance, in: function, &state)
  }

  /// Calls within one section carry no relocation but a distance.
  private func collectCalls(
    _ symbol: ELFFile.Symbol, start: Int, except relocated: Set<Int>, _ state: inout State
  ) throws(ObjectError) {
    var index = start
    while index < state.instructions.count {
      let instruction = state.instructions[index]
      let isLocal = instruction.isCall && instruction.source.rawValue == PseudoCall.subprogram
      if isLocal, !relocated.contains(index) {
        let distance = (index - start + Int(instruction.immediate) + 1) * Instruction.size
        try call(index, file.sections[symbol.section], symbol.value + distance, in: symbol, &state)
      }
      index += instruction.isWide ? 2 : 1
    }
  }

  private func call(
    _ index: Int, _ section: ELFFile.Section, _ offset: Int, in function: ELFFile.Symbol, _ state: inout State
  ) throws(ObjectError) {
    let isTarget = { (symbol: ELFFile.Symbol) in
      symbol.section == section.index && symbol.isFunction && symbol.value == offset
    }
    guard let target = file.symbols.first(where: isTarget) else {
      throw ObjectError("function \(function.name) calls \(section.name) at byte \(offset), where no function starts")
    }
    state.calls.append((index, Place(section: target.section, offset: target.value)))
    state.waiting.append(target)
  }

  private func mapName(_ target: ELFFile.Symbol, _ offset: Int) throws(ObjectError) -> String {
    if !target.isSection { return target.name }
    let isMap = { (symbol: ELFFile.Symbol) in
      symbol.section == target.section && symbol.isObject && symbol.value == offset
    }
    guard let map = file.symbols.first(where: isMap) else { throw ObjectError("no map at byte \(offset) of .maps") }
    return map.name
  }

  /// The records of every piece, their offsets rebased to the program and counted in instructions.
  private func gather(_ source: [String: BTFExtension.Records], _ pieces: [Piece]) -> InfoRecords {
    var recordSize = 0
    var count = 0
    var bytes: [UInt8] = []
    for piece in pieces {
      guard let records = source[file.sections[piece.symbol.section].name] else { continue }
      guard recordSize == 0 || recordSize == records.recordSize else { return .none }
      recordSize = records.recordSize
      let first = piece.symbol.value / Instruction.size
      for record in records.records {
        let offset = (0..<4).reduce(0) { $0 | Int(record[$1]) << (8 * $1) } / Instruction.size
        guard offset >= first, offset < first + piece.count else { continue }
        let rebased = UInt32(truncatingIfNeeded: offset - first + piece.start)
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: rebased >> (8 * UInt32($0))) } + record.dropFirst(4)
        count += 1
      }
    }
    return count == 0 ? .none : InfoRecords(recordSize: recordSize, count: count, bytes: bytes)
  }

  /// BPF_COMPLEXITY_LIMIT_INSNS, linux/bpf.h: no kernel looks at more.
  private static let largestProgram = 1_000_000
}
