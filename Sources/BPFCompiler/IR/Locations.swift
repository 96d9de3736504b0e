extension IRModule {
  /// Where a global is declared in Swift.
  func location(of global: IRGlobal) -> SourceLocation? {
    guard let variable = metadata.node(metadata.node(global.debug)?.reference("var")),
      let file = fileName(variable.reference("file")), let line = variable.number("line")
    else { return nil }
    return SourceLocation(file: file, line: line, column: 0)
  }

  /// Where a function is declared in Swift.
  func location(of function: IRFunction) -> SourceLocation? {
    guard let subprogram = metadata.node(function.debug), let file = fileName(subprogram.reference("file")),
      let line = subprogram.number("line")
    else { return nil }
    return SourceLocation(file: file, line: line, column: 0)
  }

  private func fileName(_ number: Int?) -> String? { metadata.node(number)?.string("filename") }
}
