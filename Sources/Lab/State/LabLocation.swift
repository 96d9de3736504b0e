import Foundation

/// Which lab a command is about, and where it is.
public struct LabLocation: Hashable, Sendable {
  public let name: LabName
  public let paths: LabPaths

  /// - Parameters:
  ///   - name: nil for the standard lab.
  ///   - folder: the state folder; nil for /var/lib/NAME-lab.
  public init(name: String? = nil, folder: String? = nil) throws(LabError) {
    guard let name = name.map({ LabName($0) }) ?? .standard else {
      throw LabError(
        "\"\(name ?? "")\" cannot be the name of a lab",
        advice: "A name is 1 to 12 lower-case letters and digits, a letter first.")
    }
    self.name = name
    let current = FileManager.default.currentDirectoryPath
    let absolute = folder.map { $0.hasPrefix("/") ? $0 : "\(current)/\($0)" }
    paths = LabPaths(lab: name, folder: absolute, controlGroups: try ControlGroup.mountPoint())
  }

  /// The lab's state, with what the machine's last start made void taken out; nil if there is no lab.
  public func load() throws(LabError) -> LabState? {
    guard var state = try JSONFile<LabState>(path: paths.stateFile).load() else { return nil }
    guard state.version == LabState.currentVersion, state.name == name else {
      throw LabError(
        "\(paths.stateFile) is not of this lab: it has version \(state.version) and the name \(state.name)",
        advice: "Give the right --name or --state, or take that lab down with the version that made it.")
    }
    state.forgetProcesses(ofOtherBootThan: LabState.currentBootID())
    return state
  }

  /// The lab's state, or an error that tells how to get a lab.
  public func loadExisting() throws(LabError) -> LabState {
    guard let state = try load() else {
      throw LabError("there is no lab at \(paths.folder)", advice: "Start one: sudo bin/lab up")
    }
    return state
  }

  func save(_ state: LabState) throws(LabError) {
    try JSONFile<LabState>(path: paths.stateFile).save(state)
  }

  /// Makes the state folder; refuses one that holds something else.
  func prepareFolder() throws(LabError) {
    let manager = FileManager.default
    let content = (try? manager.contentsOfDirectory(atPath: paths.folder)) ?? []
    guard content.isEmpty || content.contains("state.json") else {
      throw LabError(
        "\(paths.folder) is not empty and holds no lab", advice: "Give another folder with --state, or empty this one.")
    }
    do {
      for folder in [paths.folder, paths.logs, paths.pods, paths.controlPlane] {
        try manager.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
      }
    } catch {
      throw LabError(
        "\(paths.folder) cannot be made: \(error.localizedDescription)", advice: "The lab needs root: sudo bin/lab …")
    }
  }

  /// The parts of the lab that the state says.
  func topology(_ state: LabState) throws(LabError) -> Topology {
    guard let topology = Topology(name: name, nodeCount: state.nodeCount) else {
      throw LabError("\(paths.stateFile) says \(state.nodeCount) nodes; a lab has \(Topology.nodeCounts)")
    }
    return topology
  }
}
