import Foundation
import Testing

@testable import Lab

/// What a command wrote, and how it ended.
struct CommandResult: Sendable {
  let code: Int32
  /// Standard output and standard error, as they came.
  let output: String

  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// Runs a command to its end, at most `limit`.
func run(
  _ command: [String], limit: Duration = .seconds(60), environment: [String: String] = [:]
) async throws -> CommandResult {
  let log = NSTemporaryDirectory() + "cluster-\(UUID().uuidString)"
  defer { unlink(log) }
  var variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  variables["NO_COLOR"] = "1"
  let list = variables.map { "\($0.key)=\($0.value)" }
  let process = try DetachedProcess(
    program: try Enclosure.find(command[0], list), arguments: Array(command.dropFirst()), environment: list, log: log
  ).start()
  let exit = try await withThrowingTaskGroup(of: ProcessExit?.self) { group in
    group.addTask { try await process.waitForExit() }
    group.addTask {
      try await Task.sleep(for: limit)
      try process.send(SIGKILL)
      return nil
    }
    let first = try await group.next() ?? nil
    group.cancelAll()
    return first
  }
  let output = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
  guard let exit else {
    throw LabError("\(command.joined(separator: " ")) did not end within \(limit); it wrote\n\(output)")
  }
  return CommandResult(code: exit.code, output: output)
}
