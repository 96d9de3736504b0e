import ArgumentParser

@main struct Apus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apus", abstract: "A Kubernetes dataplane in Swift, the programs in the kernel included.",
    subcommands: [
      ControlPlaneCommand.self,
      LabCommand.self,
      NodeCommand.self,
    ])
}
