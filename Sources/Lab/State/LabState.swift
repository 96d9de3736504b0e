import Foundation

/// What a lab remembers between two commands, in `state.json`.
public struct LabState: Hashable, Sendable, Codable {
  /// Raised when a field changes its meaning.
  public static let currentVersion = 1

  public var version = LabState.currentVersion
  public var name: LabName
  public var nodeCount: Int
  /// The port of the API server on 127.0.0.1.
  public var apiPort: UInt16
  public var created: Date
  /// The start of the machine that the processes belong to (/proc/sys/kernel/random/boot_id).
  public var bootID: String
  /// By component: "control-plane", "kubelet", "node1".
  public var processes: [String: ProcessIdentity] = [:]
  /// Whether `up` went through to the end.
  public var isComplete = false

  public init(name: LabName, nodeCount: Int, apiPort: UInt16, created: Date, bootID: String) {
    self.name = name
    self.nodeCount = nodeCount
    self.apiPort = apiPort
    self.created = created
    self.bootID = bootID
  }

  /// The number of this start of the machine.
  static func currentBootID() -> String {
    let text = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The same lab after the machine was started anew: its processes and kernel objects are gone.
  mutating func forgetProcesses(ofOtherBootThan bootID: String) {
    guard self.bootID != bootID else { return }
    self.bootID = bootID
    processes = [:]
    isComplete = false
  }
}
