import Foundation
import Testing

@testable import BPFCompiler

@Suite struct ToolchainTests {
  /// A folder with executable scripts of these names.
  private func folder(_ scripts: [String: String]) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "apus-tools-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in scripts {
      let path = folder.appending(path: name).path
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    return folder.path
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch let error as CompilerError {
      return error.text(root: nil)
    } catch {
      return "\(error)"
    }
  }

  @Test func aMissingSwiftcIsOneSentence() {
    #expect(
      message { _ = try Toolchain.find(searchPath: "/nonexistent") }
        == "error: bpfc: swiftc is not on the PATH; install the Swift 6.3 toolchain or add it to PATH")
  }

  @Test func aMissingClangIsOneSentence() throws {
    let folder = try folder(["swiftc": "#!/bin/sh\n"])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let said = message { _ = try Toolchain.find(searchPath: folder) }
    #expect(said.hasPrefix("error: bpfc: clang is missing from the Swift toolchain in "))
    #expect(said.hasSuffix("; install the whole toolchain"))
  }

  @Test func aToolThatWasNamedMustBeThere() {
    #expect(
      message { _ = try Toolchain.find(swiftc: "/nonexistent/swiftc") }
        == "error: bpfc: /nonexistent/swiftc was named as swiftc, and no program is there; name another or leave it out"
    )
  }

  @Test func anUntriedVersionIsRefusedBeforeAnythingIsCompiled() throws {
    let version = "#!/bin/sh\necho 'Swift version 7.1.2 (swift-7.1.2-RELEASE)'\n"
    let folder = try folder(["swiftc": version, "clang": "#!/bin/sh\n", "llvm-objcopy": "#!/bin/sh\n"])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let request = CompileRequest(object: folder + "/x.o", root: folder, sources: [], workFolder: folder + "/steps")
    let said = message {
      _ = try CompilerDriver(toolchain: Toolchain.find(searchPath: folder)).compile(request)
    }
    #expect(
      said
        == "error: bpfc: Swift 7.1.2 was not tried as a compiler for the kernel; use Swift 6.3, or run the tests of "
        + "BPFCompiler with it and change ToolVersion.tried")
  }

  @Test func missingHeadersAreOneSentence() throws {
    #expect(
      message { _ = try SystemHeaders(root: "/nonexistent").folders() }
        == "error: bpfc: the kernel's headers are missing from /nonexistent/linux; install linux-libc-dev (or "
        + "kernel-headers)")
    #expect(try SystemHeaders().folders().first == "/usr/include")
  }

  @Test(arguments: [
    ("Swift version 6.3.1 (swift-6.3.1-RELEASE)\nTarget: x86_64", "6.3.1"), ("Apple Swift version 6.3 (x)", "6.3"),
  ])
  func versionsAreRead(_ output: String, _ version: String) { #expect(ToolVersion.version(in: output) == version) }

  @Test func aVersionThatDoesNotSayItsNameIsRefused() {
    #expect(message { try ToolVersion.check("hello") }.contains("does not say which version it is"))
  }
}
