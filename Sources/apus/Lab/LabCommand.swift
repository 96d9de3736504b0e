import ArgumentParser
import Foundation
import Lab

struct LabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "A cluster of network namespaces on this machine.",
    discussion: """
      Every node runs the real agent; an embedded control plane answers kubectl; pods are programs of this machine in \
      network namespaces. Most commands need root. Normally called through bin/lab, which builds apus first.
      """,
    subcommands: [
      LabUp.self, LabStatus.self, LabExec.self, LabLogs.self, LabKubectl.self, LabDown.self, LabServe.self,
      LabKubelet.self, LabEnter.self,
    ])
}

/// Which lab a command is about.
struct LabOptions: ParsableArguments {
  @Option(help: "The lab's name, the first part of all it creates (default: apus, or $APUS_LAB_NAME).")
  var name: String?

  @Option(
    help: ArgumentHelp(
      "The folder of its state and logs (default: /var/lib/NAME-lab, or $APUS_LAB_STATE).", valueName: "folder"))
  var state: String?

  func location() throws -> LabLocation {
    let environment = ProcessInfo.processInfo.environment
    return try LabLocation(
      name: name ?? environment["APUS_LAB_NAME"], folder: state ?? environment["APUS_LAB_STATE"])
  }
}

/// This very program, by which the lab starts its parts.
func pathOfApus() throws -> String {
  guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
    throw LabError("/proc/self/exe cannot be read", advice: "Is /proc mounted?")
  }
  return path
}
