import ArgumentParser
import Foundation
import Lab

struct LabLogs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Show what a pod, a node's agent, the kubelet or the control plane wrote.")

  @OptionGroup var lab: LabOptions

  @Option(name: .shortAndLong, help: "The pod's namespace (default: default).")
  var namespace: String?

  @Flag(name: .shortAndLong, help: "Go on with what is written from now on, until Ctrl-C.")
  var follow = false

  @Option(help: "How many lines from the end.")
  var tail = 100

  @Argument(
    help: ArgumentHelp(
      "A pod, node1, kubelet, control-plane; without it, the last ten lines of each.", valueName: "what"))
  var target: String?

  func validate() throws {
    guard tail >= 0 else { throw ValidationError("--tail is a number of lines, 0 or more.") }
    if follow, target == nil { throw ValidationError("Follow what? For example: bin/lab logs node1 -f") }
  }

  func run() async throws {
    let logs = try Logs(try lab.location())
    guard let target else {
      for (name, file) in logs.all {
        print("── \(name): \(file.path)")
        file.lastLines(10).forEach { print($0) }
      }
      return
    }
    let file = try logs.file(of: target, namespace: namespace)
    let end = file.size
    file.lastLines(tail).forEach { print($0) }
    guard follow else { return }
    try await file.follow(from: end) { FileHandle.standardOutput.write($0) }
  }
}
