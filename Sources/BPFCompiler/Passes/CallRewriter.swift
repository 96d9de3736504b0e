/// Rewrites one function, and its calls of functions that have a `CallShape`.
struct CallRewriter {
  let shapes: [String: CallShape]

  func rewrite(_ function: inout IRFunction) {
    let own = shapes[function.name]
    var entry: [String] = own.map(loads) ?? []
    var lines: [String] = []
    var calls = 0
    for line in function.lines {
      if let type = own?.indirectResult, let value = Self.returned(line) {
        lines.append("  store \(type) \(value.text), ptr %bpf.result, align 8\(value.debug)")
        lines.append("  ret void\(value.debug)")
      } else if let call = IRCall(line: line), let name = call.signature.symbol, let shape = shapes[name] {
        calls += 1
        lines += rewritten(call, shape, number: calls, entry: &entry)
      } else {
        lines.append(line)
      }
    }
    guard own != nil || calls > 0 else { return }
    Self.insert(entry, into: &lines)
    if let own { Self.adapt(&function.signature, own) }
    function.lines = lines.map(Self.named)
    function.signature.values = function.signature.values.map {
      IRValue(type: $0.type, value: Self.named($0.value))
    }
  }

  /// Takes the spilled arguments back at the start of the callee.
  private func loads(_ shape: CallShape) -> [String] {
    shape.spilled.enumerated().flatMap { i, value in
      [
        "  %bpf.argument.\(i) = getelementptr inbounds \(shape.spillType), ptr %bpf.arguments, i32 0, i32 \(i)",
        "  \(value.value) = load \(value.type), ptr %bpf.argument.\(i), align 8",
      ]
    }
  }

  /// The call with what it passes through memory. The memory lives only around the call, so that clang can lay what
  /// different calls need over one another.
  private func rewritten(_ call: IRCall, _ shape: CallShape, number: Int, entry: inout [String]) -> [String] {
    var call = call
    var before: [String] = []
    var after: [String] = []
    let debug = call.debug
    if !shape.spilled.isEmpty {
      let block = "%bpf.spill.\(number)"
      entry.append("  \(block) = alloca \(shape.spillType), align 8")
      before.append(Self.lifetime("start", block))
      for (i, value) in call.signature.values.dropFirst(shape.direct.count).enumerated() {
        let place = "\(block).\(i)"
        before.append("  \(place) = getelementptr inbounds \(shape.spillType), ptr \(block), i32 0, i32 \(i)\(debug)")
        before.append("  store \(value.text), ptr \(place), align 8\(debug)")
      }
      after.append(Self.lifetime("end", block))
      call.signature.values.removeSubrange(shape.direct.count...)
      call.signature.values.append(IRValue(type: "ptr", value: block))
    }
    if let type = shape.indirectResult {
      let slot = "%bpf.slot.\(number)"
      entry.append("  \(slot) = alloca \(type), align 8")
      before.append(Self.lifetime("start", slot))
      if let result = call.result { after.append("  \(result) = load \(type), ptr \(slot), align 8\(debug)") }
      after.append(Self.lifetime("end", slot))
      call.signature.values.insert(IRValue(type: "ptr", value: slot), at: 0)
      call.signature.returnType = "void"
      call.result = nil
    }
    return before + [call.line] + after
  }

  /// The intrinsics `llvm.lifetime.start` and `llvm.lifetime.end`, for the whole of a local variable.
  static func lifetime(_ end: String, _ variable: String) -> String {
    "  call void @llvm.lifetime.\(end).p0(i64 -1, ptr \(variable))"
  }

  private static func adapt(_ signature: inout IRSignature, _ shape: CallShape) {
    signature.values = shape.direct
    if !shape.spilled.isEmpty { signature.values.append(IRValue(type: "ptr", value: "%bpf.arguments")) }
    if shape.indirectResult != nil {
      signature.values.insert(IRValue(type: "ptr", value: "%bpf.result"), at: 0)
      signature.returnType = "void"
    }
  }

  /// The value and metadata of a `ret` instruction.
  private static func returned(_ line: String) -> (text: String, debug: String)? {
    guard line.hasPrefix("  ret ") else { return nil }
    let rest = line.dropFirst("  ret ".count)
    let end = rest.range(of: ", !dbg")?.lowerBound ?? rest.endIndex
    return (IRValue(parsing: String(rest[..<end])).value, String(rest[end...]))
  }

  /// Puts lines behind the entry block's label, if it has one.
  private static func insert(_ entry: [String], into lines: inout [String]) {
    let hasLabel = lines.first.map { !$0.hasPrefix(" ") } ?? false
    lines.insert(contentsOf: entry, at: hasLabel ? 1 : 0)
  }

  /// `%12` → `%v12`, `12:` → `v12:`: unnamed values must be numbered without a gap, named ones need not.
  private static func named(_ line: String) -> String {
    var result = line.utf8.first.map(\.isDigit) ?? false ? "v" : ""
    var rest = line.startIndex
    while let percent = line.range(of: "%", from: rest) {
      result += line[rest..<percent.upperBound]
      rest = percent.upperBound
      if rest < line.utf8.endIndex, line.utf8[rest].isDigit { result += "v" }
    }
    return result + line[rest...]
  }
}
