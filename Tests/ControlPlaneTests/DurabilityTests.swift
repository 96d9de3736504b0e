import Foundation
import Testing

@testable import ControlPlane

@Suite("Durability")
struct DurabilityTests {
  /// The apus binary beside the test bundle.
  private static let program: String? = {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return ["apus", "../apus", "debug/apus"].map { folder.appendingPathComponent($0).standardized.path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  private static func start(_ folder: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(program))
    process.arguments = ["control-plane", "--data-dir", folder, "--listen", "127.0.0.1:0"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test("what was answered is there after kill -9 in the middle of writes", .enabled(if: program != nil))
  func kill() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var answered: [String] = []
    for round in 0..<3 {
      let process = try Self.start(folder.path)
      defer { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }
      let client = try await KubeconfigClient(folder.path)
      let names = try await client.podNames()
      #expect(Set(answered).isSubset(of: names))
      let deadline = ContinuousClock.now + .milliseconds(400)
      let killer = Task {
        try await Task.sleep(until: deadline)
        Foundation.kill(process.processIdentifier, SIGKILL)
      }
      for index in 0... {
        guard try await client.create(pod: "p\(round)-\(index)") else { break }
        answered.append("p\(round)-\(index)")
      }
      try await killer.value
      process.waitUntilExit()
      try await client.shutdown()
    }
    #expect(answered.count > 3)
    let store = try ObjectStore(database: try ObjectDatabase(path: "\(folder.path)/cluster.sqlite"))
    let stored = Set(store.list("pods").objects.map(\.key.name))
    #expect(Set(answered).isSubset(of: stored))
  }

  @Test("SIGTERM ends the process with success", .enabled(if: program != nil))
  func terminate() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let process = try Self.start(folder.path)
    defer { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }
    let client = try await KubeconfigClient(folder.path)
    _ = try await client.podNames()
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    try await client.shutdown()
  }
}
