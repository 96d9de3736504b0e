import Foundation
import Synchronization

@testable import ControlPlane

/// The real kubectl, against a live server.
struct Kubectl: Sendable {
  /// Where kubectl is; nil when this machine has none.
  static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/kubectl" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  let executable: String
  let folder: String
  let kubeconfig: String

  init?(_ server: LiveServer) {
    guard let path = Self.path else { return nil }
    executable = path
    folder = server.folder
    kubeconfig = server.kubeconfig
  }

  /// Runs a command line and gives back what it printed, error output included, with what differs from run to run
  /// (ages, the server's port) replaced.
  /// - Parameter seconds: ends the command after this time, as watches need.
  func callAsFunction(_ command: String, input: String = "", seconds: Double = 30) async throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = Self.words(command)
    // Discovery is cached below HOME: a folder of its own keeps other clusters' caches out.
    process.environment = ["KUBECONFIG": kubeconfig, "HOME": folder, "PATH": "/usr/bin:/bin"]
    let (output, error, standardInput) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    process.standardInput = standardInput
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    let watchdog = Task {
      try await Task.sleep(for: .seconds(seconds))
      process.interrupt()
    }
    defer { watchdog.cancel() }
    async let printed = Self.read(output)
    async let complained = Self.read(error)
    return Self.normalized(await printed + complained)
  }

  private static func read(_ pipe: Pipe) async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          returning: String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
      }
    }
  }

  /// Splits at blanks outside of single quotes.
  private static func words(_ command: String) -> [String] {
    command.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
      index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
    }
  }

  /// Ages differ from run to run, and their width moves the columns.
  private static func normalized(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.split(separator: " ", omittingEmptySubsequences: true).map { word in
        word.wholeMatch(of: /[0-9]+s/) == nil ? String(word) : "AGE"
      }.joined(separator: " ")
    }.joined(separator: "\n")
  }
}
