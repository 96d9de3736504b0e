/// Rewrites Swift's debug information so that clang makes BTF of it which the kernel accepts.
///
/// Functions keep name and lines, with the type `u64 f(void)`; variables get the types of `SwiftTypeReader`; maps are
/// described the way libbpf describes them. Everything else is dropped.
struct KernelDebugInfo: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) throws(CompilerError) {
    var emitter = KernelTypeEmitter()
    let reader = SwiftTypeReader(metadata: module.metadata)
    describeFunctions(in: &module, &emitter)
    for global in module.globals { describe(global, in: &module, reader, &emitter, &diagnostics) }
    keepCompileUnits(in: &module)
    let roots = module.globals.map(\.text) + module.functions.flatMap { [$0.text] }
    module.metadata.keepReachable(from: roots)
  }

  private func describeFunctions(in module: inout IRModule, _ emitter: inout KernelTypeEmitter) {
    let result = emitter.node(.uint64, in: &module.metadata)
    let types = module.metadata.add(list: [result])
    let type = module.metadata.add("!DISubroutineType(types: !\(types))")
    var named: [Int: IRFunction] = [:]
    for function in module.functions { if let debug = function.debug { named[debug] = function } }
    for (number, text) in module.metadata.nodes where text.has("!DISubprogram(") {
      guard var node = MetadataNode(parsing: text) else { continue }
      let mangled = node.string("linkageName").flatMap { MangledName($0)?.plain }
      let name = named[number]?.name ?? mangled ?? MangledName.identifier(node.string("name") ?? "function")
      for field in ["linkageName", "retainedNodes", "declaration", "templateParams", "thrownTypes"] {
        node[field] = nil
      }
      node["name"] = "\"\(name)\""
      node["type"] = "!\(type)"
      // A scope that is a type would bring the type along.
      if module.metadata.node(node.reference("scope"))?.kind != "DIModule" { node["scope"] = node["file"] }
      let flags = node["spFlags"] ?? "DISPFlagDefinition"
      let isProgram = named[number]?.isProgram ?? false
      if !isProgram && !flags.has("LocalToUnit") { node["spFlags"] = "DISPFlagLocalToUnit | " + flags }
      module.metadata.set(number, node)
    }
  }

  private func describe(
    _ global: IRGlobal, in module: inout IRModule, _ reader: SwiftTypeReader, _ emitter: inout KernelTypeEmitter,
    _ diagnostics: inout [Diagnostic]
  ) {
    guard let expression = reader.metadata.node(global.debug), let number = expression.reference("var"),
      var variable = reader.metadata.node(number)
    else { return }
    let type = variable.reference("type")
    variable["name"] = "\"\(global.name)\""
    variable["linkageName"] = nil
    if let map = global.map {
      let description = MapDescription(
        name: global.name, definition: map, types: reader.genericArguments(type), location: module.location(of: global))
      variable["type"] = "!\(description.emit(in: &module.metadata, &emitter, &diagnostics))"
    } else {
      variable["type"] = "!\(emitter.node(reader.type(type), in: &module.metadata))"
    }
    module.metadata.set(number, variable)
  }

  private func keepCompileUnits(in module: inout IRModule) {
    // Units of imported headers name files of the module cache; only units that hold functions stay.
    let used = Set(module.functions.compactMap { module.metadata.node($0.debug)?.reference("unit") })
    for number in used {
      guard var unit = module.metadata.node(number) else { continue }
      for field in ["retainedTypes", "imports", "globals", "enums", "sdk", "sysroot"] { unit[field] = nil }
      module.metadata.set(number, unit)
    }
    let flags = module.metadata.named.first { $0.name == "!llvm.module.flags" }
    let kept = MetadataTable.numbers(inList: flags?.value ?? "").filter {
      let text = module.metadata[$0] ?? ""
      return text.has("Debug Info Version") || text.has("Dwarf Version")
    }
    module.metadata.named = [
      ("!llvm.dbg.cu", MetadataTable.list(used.sorted())), ("!llvm.module.flags", MetadataTable.list(kept)),
    ]
  }
}
