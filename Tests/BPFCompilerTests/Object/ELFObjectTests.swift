import Testing

@testable import BPFCompiler

@Suite struct ELFObjectTests {
  @Test func aFileOfAnotherKindIsRefused() {
    #expect(throws: CompilerError.self) { try ELFObject(Array("#!/bin/sh".utf8)) }
    #expect(throws: CompilerError.self) { try ELFObject([]) }
  }

  @Test(arguments: [8, 64, 200, 400]) func aTruncatedObjectIsRefused(_ length: Int) throws {
    let compilation = try KernelCompilation()
    try compilation.compile("@c @section(\"tc\") @used func p(_ c: Context) -> Int32 { -1 }")
    let bytes = try Files.read(compilation.object)
    #expect(throws: CompilerError.self) { try ELFObject(Array(bytes.prefix(length))) }
  }

  @Test func aDamagedObjectNeverCrashes() throws {
    let compilation = try KernelCompilation()
    try compilation.compile("@c @section(\"tc\") @used func p(_ c: Context) -> Int32 { -1 }")
    let bytes = try Files.read(compilation.object)
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 0xFF
      guard let object = try? ELFObject(damaged) else { continue }
      _ = try? ObjectChecks().diagnostics(for: object)
      _ = try? StackCheck(object).diagnostics(functions: [:])
    }
  }
}
