import ArgumentParser
import Foundation
import Lab

struct LabExec: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Run a command in a pod, on a node, or on the client outside the cluster.",
    usage: "apus lab exec [-n <namespace>] <where> -- <command> ...",
    discussion: """
      The command is a program of this machine. It sees the pod's or host's network; in a pod, Services also have names \
      (web.default.svc).
      """)

  @OptionGroup var lab: LabOptions

  @Option(name: .shortAndLong, help: "The pod's namespace (default: default).")
  var namespace: String?

  @Argument(help: ArgumentHelp("A pod (client-pod), a node (node1), or client.", valueName: "where"))
  var target: String

  @Argument(parsing: .captureForPassthrough, help: "What to run, and its arguments.")
  var command: [String] = []

  private var words: [String] { command.first == "--" ? Array(command.dropFirst()) : command }

  func validate() throws {
    guard !words.isEmpty else {
      throw ValidationError("What shall run there? For example: bin/lab exec \(target) -- ip address")
    }
  }

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    try Entrance(try lab.location()).run(words, in: target, namespace: namespace, environment: environment)
  }
}
