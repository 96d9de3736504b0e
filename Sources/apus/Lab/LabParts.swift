import ArgumentParser
import Foundation
import Lab
import Logging

struct LabServe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "The web server of the sample pods.",
    discussion: """
      Answers with the pod's name, its node, the client's address and port, and the path. /bytes/N sends N bytes, \
      /drip/N sends a little every ten milliseconds for N seconds.
      """)

  @Option(help: "The TCP port to listen on.")
  var port: UInt16 = 8080

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let server = try SampleServer(
      port: port, pod: environment["POD_NAME"] ?? "?", node: environment["NODE_NAME"] ?? "?")
    FileHandle.standardOutput.write(Data("listening on port \(server.port)\n".utf8))
    try server.run()
  }
}

struct LabKubelet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kubelet", abstract: "Runs the pods of all nodes of the lab.", shouldDisplay: false)

  @OptionGroup var lab: LabOptions

  func run() async throws {
    try await KubeletService(try lab.location(), program: try pathOfApus(), logger: Logger(label: "kubelet")).run()
  }
}

struct LabEnter: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enter", abstract: "Becomes another program inside a network namespace and a control group.",
    shouldDisplay: false)

  @Option(help: "The name of the network namespace.")
  var net: String?

  @Option(help: "The folder of the control group.")
  var cgroup: String?

  @Option(help: "The file to show as /etc/hosts.")
  var hosts: String?

  @Argument(parsing: .captureForPassthrough, help: "The command.")
  var command: [String]

  func run() async throws {
    let words = command.first == "--" ? Array(command.dropFirst()) : command
    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    try Enclosure(namespace: net, controlGroup: cgroup, hostsFile: hosts).run(words, environment: environment)
  }
}
