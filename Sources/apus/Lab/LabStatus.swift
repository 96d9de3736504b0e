import ArgumentParser
import Lab

struct LabStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show processes, pods and Services.",
    discussion: "Ends with 0 if all runs, with 1 if something does not, with 3 if there is no lab.")

  @OptionGroup var lab: LabOptions

  func run() async throws {
    let location = try lab.location()
    guard try location.load() != nil else {
      print("There is no lab at \(location.paths.folder). Start one: sudo bin/lab up")
      throw ExitCode(3)
    }
    let status = try await Inspection(location).status()
    print(status.text, terminator: "")
    guard status.isHealthy else { throw ExitCode.failure }
  }
}
