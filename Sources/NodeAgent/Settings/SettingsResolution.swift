import CalicoAPI
import Dataplane
import DataplaneABI

/// What the cluster's settings come to on one node. Pure but for what `TimeoutsReading` looks at.
struct SettingsResolution: Sendable {
  private(set) var felix = FelixSettings()
  private(set) var timeouts = ConntrackTimeouts.standard
  /// One sentence each.
  private(set) var complaints: Set<String> = []

  /// - Parameter configurations: FelixConfigurations by name. "default" is for all nodes, "node.<name>" comes before it.
  init(nodeName: String, configurations: [String: OpenSpec], timeouts read: TimeoutsReading) {
    let layers = ["default", "node.\(nodeName)"].compactMap { name in
      configurations[name].map { (object: "FelixConfiguration \(name)", spec: $0) }
    }
    let fields = LayeredFields(layers)
    let reading = FelixSettings.reading(fields)
    felix = reading.settings
    complaints = Set(reading.complaints.map(\.sentence))
    do {
      timeouts = try read(felix.conntrackTimeouts)
    } catch {
      complaints.insert("FelixConfiguration: \(error); the default timeouts are taken")
    }
    for name in configurations.keys.sorted() where name != "default" && !name.hasPrefix("node.") {
      complaints.insert(
        "FelixConfiguration \(name): only default and node.<name> are understood yet; it is left out")
    }
  }
}
