/// A module of LLVM IR, read from the text that swiftc prints: enough structure for the passes, the rest as text.
struct IRModule {
  /// Lines that stand before everything else: data layout, target triple, type definitions.
  var head: [String] = []
  var globals: [IRGlobal] = []
  var functions: [IRFunction] = []
  /// Functions without a body, by name.
  var declarations: [String: IRSignature] = [:]
  /// `attributes #n = { ... }`: the text between the braces, by n.
  var attributeGroups: [Int: String] = [:]
  var metadata = MetadataTable()
  /// Why swiftc put a trap at a place; found by `LocateRefusals`, told by `ObjectChecks`.
  var trapReasons: [SourceLocation: String] = [:]

  /// The map variables.
  var maps: [IRGlobal] { globals.filter { $0.map != nil } }
}

/// A global variable or constant.
struct IRGlobal {
  /// The symbol; mangled until `PlainNames` has run.
  var name: String
  /// Linkage, visibility and the like, in front of `global` or `constant`.
  var markers: [String]
  var isConstant: Bool
  /// The type and, for a definition, the initial value.
  var contents: String
  var section: String?
  /// In bytes.
  var alignment: String?
  /// The DIGlobalVariableExpression.
  var debug: Int?
  /// Set by `FindMaps` for a variable that describes a map.
  var map: MapDefinition?

  var isDefinition: Bool { !markers.contains("external") && !markers.contains("extern_weak") }
}

/// A function with its body.
struct IRFunction {
  /// `section` and `debug` are read out of the suffix.
  var signature: IRSignature
  var lines: [String]
  /// Programs have one; it says what kind of program it is.
  var section: String?
  /// The DISubprogram.
  var debug: Int?
  /// The attribute group.
  var attributes: Int?
  /// A local helper that `InlineFunctions` marked.
  var isAlwaysInline = false

  var name: String {
    get { signature.symbol ?? signature.callee }
    set { signature.callee = IRSymbol.reference(to: newValue) }
  }
  /// An entry point, called by the kernel.
  var isProgram: Bool { section != nil }
}
