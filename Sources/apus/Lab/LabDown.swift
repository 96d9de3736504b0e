import ArgumentParser
import Lab

struct LabDown: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "down", abstract: "Stop the lab and remove all it made.")

  @OptionGroup var lab: LabOptions

  func run() async throws {
    let location = try lab.location()
    let progress = Progress()
    if try await !Teardown(location, progress: progress).run() {
      progress.say("There is no lab at \(location.paths.folder): nothing to do.")
    }
  }
}
