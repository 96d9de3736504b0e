import Testing

@testable import BPFCompiler

@Suite struct DeterminismTests {
  @Test func twoFoldersGiveTheSameBytes() throws {
    let first = try KernelCompilation()
    let second = try KernelCompilation()
    try first.compile(GoldenTests.maps, modules: ["DataplaneABI"])
    try second.compile(GoldenTests.maps, modules: ["DataplaneABI"])
    #expect(first.folder != second.folder)
    #expect(try Files.read(first.object) == Files.read(second.object))
  }

  @Test func aSecondRunGivesTheSameBytes() throws {
    let compilation = try KernelCompilation()
    try compilation.compile(GoldenTests.functions)
    let once = try Files.read(compilation.object)
    try compilation.compile(GoldenTests.functions)
    #expect(try Files.read(compilation.object) == once)
  }

  @Test func noPathOfTheMachineIsInTheObject() throws {
    let compilation = try KernelCompilation()
    try compilation.compile(GoldenTests.maps, modules: ["DataplaneABI"])
    let text = String(decoding: try Files.read(compilation.object), as: UTF8.self)
    #expect(!text.contains(compilation.folder))
    #expect(text.contains("Program.swift"))
  }
}
