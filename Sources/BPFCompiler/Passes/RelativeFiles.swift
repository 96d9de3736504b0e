/// Names source files relative to the package, so that an object is the same wherever the package lies.
struct RelativeFiles: Pass {
  /// The package's folder, without a slash at the end.
  let root: String

  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    for (number, text) in module.metadata.nodes where text.has("!DIFile(") {
      guard var file = MetadataNode(parsing: text), let name = file.string("filename") else { continue }
      let folder = file.string("directory") ?? ""
      let path = name.hasPrefix("/") || name.hasPrefix("<") || folder.isEmpty ? name : "\(folder)/\(name)"
      file["filename"] = "\"\(path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path)\""
      file["directory"] = "\"\""
      module.metadata.set(number, file)
    }
  }
}
