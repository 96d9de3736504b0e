import Foundation
import Testing

@testable import BPFCompiler

/// The compiled objects, handed to this kernel by bpftool (which loads with libbpf).
@Suite(.serialized, .enabled(if: Tool.canLoad, "loading programs needs root and bpftool"))
struct KernelLoadTests {
  private func load(_ program: String, _ body: (_ bpftool: String, _ pins: String) throws -> Void) throws {
    let bpftool = try #require(Tool.bpftool)
    let compilation = try KernelCompilation()
    try compilation.compile(program, modules: ["DataplaneABI"])
    let pins = "/sys/fs/bpf/apus-bpfc-\(getpid())"
    try FileManager.default.createDirectory(atPath: pins, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: pins) }
    let result = try Subprocess.run(
      bpftool, ["prog", "loadall", compilation.object, "\(pins)/programs", "pinmaps", "\(pins)/maps"],
      in: "/")
    try #require(result.succeeded, "\(result.output)")
    try body(bpftool, pins)
  }

  @Test func theVerifierTakesThem() throws {
    try load(GoldenTests.functions) { bpftool, pins in
      let shown = try Subprocess.run(
        bpftool, ["prog", "dump", "xlated", "pinned", "\(pins)/programs/run", "linum"], in: "/")
      #expect(shown.output.contains("let w = wide(random())"))
      #expect(shown.output.contains("[file:Program.swift"))
    }
  }

  @Test func mapsShowTheirFieldsByName() throws {
    try load(GoldenTests.maps) { bpftool, pins in
      let key = Array(repeating: "0", count: 12), value = Array(repeating: "0", count: 40)
      let update = try Subprocess.run(
        bpftool, ["map", "update", "pinned", "\(pins)/maps/flows_v4", "key"] + key + ["value"] + value, in: "/")
      #expect(update.succeeded, "\(update.output)")
      let dump = try Subprocess.run(bpftool, ["map", "dump", "pinned", "\(pins)/maps/flows_v4"], in: "/").output
      for field in ["source", "destination", "port", "legs", "nextHop", "packets", "mac", "isOpen"] {
        #expect(dump.contains("\"\(field)\""), "\(dump)")
      }
    }
  }
}
