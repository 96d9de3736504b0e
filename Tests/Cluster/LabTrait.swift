import Foundation
import Netlink
import Testing

@testable import Lab

/// Brings the shared lab up for a suite, takes it down afterwards in any case, and checks that nothing is left.
struct LabTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard TestLab.isRoot else { return try await function() }
    // What an interrupted run left.
    _ = try await TestLab.lab("down")
    try BareForwarding.removeRest(of: try TestLab.location.name)
    let before = try Traces.now()
    do {
      let up = try await TestLab.up()
      print(up.output)
      guard up.code == 0 else { throw LabError("the lab did not come up") }
      try await function()
    } catch {
      try? await report()
      _ = try await TestLab.lab("down")
      throw error
    }
    let down = try await TestLab.lab("down")
    #expect(down.code == 0, "\(down.output)")
    let after = try Traces.now()
    #expect(after == before, "the lab left something behind")
  }

  private func report() async throws {
    print(try await TestLab.lab("status").output)
    print(try await TestLab.lab("logs").output)
  }
}

extension Trait where Self == LabTrait {
  static var lab: Self { LabTrait() }
}

/// All that carries the lab's name on this machine.
struct Traces: Equatable {
  var namespaces: [String]
  var pins: Bool
  var controlGroups: Bool
  var folder: Bool
  /// Processes whose command line names the lab's folder.
  var processes: [String]

  static func now() throws -> Traces {
    let paths = try TestLab.location.paths
    return Traces(
      namespaces: try NetworkNamespace.names().filter { $0.hasPrefix("\(TestLab.name)-") },
      pins: access(paths.pins, F_OK) == 0, controlGroups: access(paths.controlGroup, F_OK) == 0,
      folder: access(paths.folder, F_OK) == 0 || access(paths.lockFile, F_OK) == 0, processes: processes())
  }

  private static func processes() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.compactMap { pid in
      guard ProcessIdentity(living: pid) != nil,
        let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8),
        line.contains(TestLab.folder) || line.contains("/\(TestLab.name)/")
      else { return nil }
      return line.replacing("\0", with: " ")
    }.sorted()
  }
}
