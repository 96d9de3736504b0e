import ArgumentParser
import Foundation
import Lab

struct LabUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Start the lab, or what of it does not run.",
    discussion: "Doing it twice is harmless; an interrupted start goes on where it stopped.")

  @OptionGroup var lab: LabOptions

  @Option(help: "How many nodes (default: 3, or as many as the lab has).")
  var nodes: Int?

  @Option(help: ArgumentHelp("The API server's port on 127.0.0.1 (default: 6443).", valueName: "port"))
  var apiPort: UInt16?

  @Option(help: ArgumentHelp("A manifest to apply once the nodes run.", valueName: "file"))
  var sample: String?

  func run() async throws {
    let options = Startup.Options(nodeCount: nodes, apiPort: apiPort, sample: sample)
    let startup = Startup(try lab.location(), program: try pathOfApus(), options: options, progress: Progress())
    let interrupt = InterruptNotice(
      "\nInterrupted: bin/lab up goes on from here, bin/lab down takes down what there is.")
    defer { interrupt.cancel() }
    try await startup.run()
  }
}

/// Says one thing when Ctrl-C ends the command.
final class InterruptNotice {
  private let source: any DispatchSourceSignal

  init(_ text: String) {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler {
      FileHandle.standardError.write(Data((text + "\n").utf8))
      _exit(130)
    }
    source.resume()
  }

  func cancel() { source.cancel() }
}
