extension IRModule {
  /// Where a global is declared in Swift.
  func location(of global: IRGlobal) -> SourceLocation? {
    declaration(metadata.node(global.debug)?.reference("var"))
  }

  /// Where a function is declared in Swift.
  func location(of function: IRFunction) -> SourceLocation? { declaration(function.debug) }

  /// Where the functions are declared, by their names.
  var functionLocations: [String: SourceLocation] {
    var result: [String: SourceLocation] = [:]
    for function in functions { result[function.name] = location(of: function) }
    return result
  }

  private func declaration(_ number: Int?) -> SourceLocation? {
    guard let node = metadata.node(number), let line = node.number("line"),
      let file = metadata.fileName(node.reference("file"))
    else { return nil }
    return SourceLocation(file: file, line: line, column: 0)
  }
}

extension MetadataTable {
  /// The source place of a DILocation.
  func location(_ number: Int?) -> SourceLocation? {
    guard let node = node(number), let line = node.number("line"), let file = fileName(scope: node.reference("scope"))
    else { return nil }
    return SourceLocation(file: file, line: line, column: node.number("column") ?? 0)
  }

  /// The name of a DIFile.
  func fileName(_ number: Int?) -> String? { node(number)?.string("filename") }

  /// The name of the file that a scope lies in.
  func fileName(scope: Int?) -> String? {
    var scope = node(scope)
    while let current = scope {
      if let file = fileName(current.reference("file")) { return file }
      scope = node(current.reference("scope"))
    }
    return nil
  }
}
