/// Makes functions callable with what BPF has: five argument registers and one result register.
///
/// A result wider than a register is written through a pointer that the caller passes in front; arguments that find no
/// register are stored on the caller's stack, and a pointer to them is the last argument. The verifier follows both.
struct LowerCallingConvention: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    var shapes: [String: CallShape] = [:]
    for function in module.functions {
      guard let shape = CallShape(function.signature) else { continue }
      if function.isProgram {
        diagnostics.append(
          Diagnostic(
            .error, at: module.location(of: function),
            "program \(function.name) must take the context alone and return a number: the kernel calls it"))
      } else {
        shapes[function.name] = shape
      }
    }
    guard !shapes.isEmpty else { return }
    for end in ["start", "end"] {
      let declaration = IRSignature(parsing: "void @llvm.lifetime.\(end).p0(i64, ptr)")
      module.declarations["llvm.lifetime.\(end).p0"] = declaration
    }
    for i in module.functions.indices {
      CallRewriter(shapes: shapes).rewrite(&module.functions[i])
    }
  }
}

/// How a function's parameters and result are passed where registers do not do.
struct CallShape {
  /// The type to write through the pointer.
  var indirectResult: String?
  /// The parameters that keep their registers.
  var direct: [IRValue]
  /// Those that go through the stack.
  var spilled: [IRValue]

  private static let registers = 5

  /// Nil when registers do.
  init?(_ signature: IRSignature) {
    let type = signature.returnType
    let isWide = type == "i128" || ["{", "[", "<", "%"].contains { type.hasPrefix($0) }
    indirectResult = isWide ? type : nil
    let reserved = isWide ? 1 : 0
    var values = signature.values
    var words = values.reduce(reserved) { $0 + $1.words }
    spilled = []
    if words > Self.registers {
      while words > Self.registers - 1, let last = values.popLast() {
        spilled.insert(last, at: 0)
        words -= last.words
      }
    }
    direct = values
    if indirectResult == nil && spilled.isEmpty { return nil }
  }

  /// The struct type that the spilled arguments make up.
  var spillType: String { "{ \(spilled.map(\.type).joined(separator: ", ")) }" }
}
