import ArgumentParser
import Foundation
import Lab

struct LabKubectl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kubectl", abstract: "Run this machine's kubectl against the lab.",
    usage: "apus lab kubectl <arguments of kubectl> ...")

  @OptionGroup var lab: LabOptions

  @Argument(parsing: .captureForPassthrough, help: "The arguments of kubectl.")
  var arguments: [String] = []

  func run() async throws {
    let location = try lab.location()
    _ = try location.loadExisting()
    var environment = ProcessInfo.processInfo.environment
    environment["KUBECONFIG"] = location.paths.adminKubeconfig
    let words = arguments.first == "--" ? Array(arguments.dropFirst()) : arguments
    try Enclosure().run(["kubectl"] + words, environment: environment.map { "\($0.key)=\($0.value)" })
  }
}
