import Testing

@testable import BPFCompiler

@Suite struct CommandLineTests {
  private func message(_ arguments: String...) -> String {
    do {
      _ = try CommandLineArguments(arguments)
      return ""
    } catch {
      return error.text(root: nil)
    }
  }

  @Test func everyOptionFindsItsPlace() throws {
    let line = try CommandLineArguments([
      "-o", "/tmp/x.o", "--root", "/", "--work", "/tmp/w", "--module", "A", "--module", "B", "-I", "/h", "--embed", "p",
      "/tmp/E.swift", "--keep-ir", "/a.swift", "/b.swift",
    ])
    #expect(line.request.object == "/tmp/x.o")
    #expect(line.request.workFolder == "/tmp/w")
    #expect(line.request.modules == ["A", "B"])
    #expect(line.request.headerFolders == ["/h"])
    #expect(line.request.embedding?.property == "p")
    #expect(line.request.keepsIR)
    #expect(line.request.sources == ["/a.swift", "/b.swift"])
  }

  @Test func whatIsMissingIsSaid() {
    #expect(message("/a.swift") == "error: bpfc: say with -o which object to write")
    #expect(message("-o", "/x.o") == "error: bpfc: no Swift source was named")
    #expect(message("-o") == "error: bpfc: -o needs a value; bpfc --help lists the options")
    #expect(message("--frobnicate") == "error: bpfc: --frobnicate is not an option; bpfc --help lists them")
    #expect(
      message("-o", "/x.o", "--root", "/nonexistent", "/a.swift")
        == "error: bpfc: there is no folder /nonexistent for --root")
  }

  @Test func diagnosticsHaveTheFormThatEditorsKnow() {
    let place = BPFCompiler.SourceLocation(file: "Sources/A.swift", line: 3, column: 0)
    #expect(Diagnostic(.error, at: place, "no").text(root: "/pkg") == "/pkg/Sources/A.swift:3:1: error: no")
    #expect(Diagnostic(.warning, at: nil, "hm").text(root: "/pkg") == "warning: hm")
  }

  @Test func clangsErrorsGetThatFormToo() {
    let output = """
      error: Sources/A.swift:8:13: in function p i32 (ptr): A call to built-in function 'memmove' is not supported.
      error: Sources/A.swift:0:0: in function q i32 (ptr): unsupported signed division, please convert to unsigned.
      2 errors generated.
      """
    let place = BPFCompiler.SourceLocation(file: "Sources/A.swift", line: 30, column: 1)
    let said = ClangDiagnostics.read(output, functions: ["q": place]).map { $0.text(root: nil) }
    #expect(
      said == [
        "Sources/A.swift:8:13: error: this copies or clears too much memory at once for BPF (memmove); work in place "
          + "through a pointer",
        "Sources/A.swift:30:1: error: BPF has no signed division before CPU v4 (Linux 6.6); divide unsigned numbers",
      ])
  }
}
