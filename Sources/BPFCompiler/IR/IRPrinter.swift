extension IRModule {
  /// The module as text that clang reads.
  var text: String {
    var out = head.joined(separator: "\n") + "\n\n"
    for global in globals { out += global.text + "\n" }
    for function in functions { out += "\n" + function.text }
    out += "\n"
    for (_, signature) in declarations.sorted(by: { $0.key < $1.key }) {
      out += "declare \(signature.declarationText)\n"
    }
    for (number, attributes) in attributeGroups.sorted(by: { $0.key < $1.key }) {
      out += "attributes #\(number) = { \(attributes) }\n"
    }
    return out + metadata.text
  }
}

extension IRGlobal {
  var text: String {
    var out = "\(IRSymbol.reference(to: name)) = "
    out += (markers + [isConstant ? "constant" : "global", contents]).joined(separator: " ")
    if let section { out += ", section \"\(section)\"" }
    if let alignment { out += ", align \(alignment)" }
    if let debug { out += ", !dbg !\(debug)" }
    return out
  }
}

extension IRFunction {
  var text: String {
    var head = signature
    head.suffix = isAlwaysInline ? " alwaysinline" : ""
    if let attributes { head.suffix += " #\(attributes)" }
    if let section { head.suffix += " section \"\(section)\"" }
    if let debug { head.suffix += " !dbg !\(debug)" }
    let linkage = isProgram ? "" : "internal "
    return "define \(linkage)\(head.text) {\n" + lines.joined(separator: "\n") + "\n}\n"
  }
}

extension IRSignature {
  /// As a declaration: parameters without names, nothing behind the bracket.
  var declarationText: String {
    "\(returnType) \(callee)(\(values.map(\.type).joined(separator: ", ")))"
  }
}
