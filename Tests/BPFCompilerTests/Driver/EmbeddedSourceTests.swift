import Foundation
import Testing

@testable import BPFCompiler

@Suite struct EmbeddedSourceTests {
  @Test(arguments: 0...70) func base64IsThatOfFoundation(_ length: Int) {
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 251) }
    let padded = Data(bytes).base64EncodedString()
    #expect(EmbeddedSource.base64(bytes) == padded.replacingOccurrences(of: "=", with: ""))
  }

  @Test func theGeneratedSourceGivesBackTheBytes() throws {
    let compilation = try KernelCompilation()
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let sum = bytes.enumerated().reduce(0) { $0 &+ ($1.offset + 1) &* Int($1.element) }
    try Files.write(EmbeddedSource.text(property: "test", object: bytes), to: compilation.folder + "/Embedded.swift")
    let main = """
      let bytes = EmbeddedObject.test
      print(bytes.count, bytes.enumerated().reduce(0) { $0 &+ ($1.offset + 1) &* Int($1.element) })
      """
    try Files.write(main, to: compilation.folder + "/main.swift")
    let swiftc = try Toolchain.find().swiftc
    let build = try Subprocess.run(
      swiftc, ["-swift-version", "6", "-warnings-as-errors", "Embedded.swift", "main.swift", "-o", "run"],
      in: compilation.folder)
    #expect(build.succeeded, "\(build.output)")
    let run = try Subprocess.run(compilation.folder + "/run", [], in: compilation.folder)
    #expect(run.output == "1000 \(sum)\n")
  }
}
