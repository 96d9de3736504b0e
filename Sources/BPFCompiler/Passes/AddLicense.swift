/// Adds the licence that programs declare to the kernel, unless the sources have a section for it.
///
/// The kernel opens helpers such as bpf_fib_lookup only to programs under a licence that it takes as compatible with
/// the GPL (include/linux/license.h lists the texts).
struct AddLicense: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    guard !module.globals.contains(where: { $0.section == "license" }) else { return }
    let text = "Dual MIT/GPL"
    var license = IRGlobal(
      name: "license_text", markers: [], isConstant: true, contents: "[\(text.utf8.count + 1) x i8] c\"\(text)\\00\"")
    license.section = "license"
    license.alignment = "1"
    module.globals.append(license)
  }
}
