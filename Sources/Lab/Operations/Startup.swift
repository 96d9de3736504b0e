import CalicoAPI
import Foundation
import KubernetesClient
import Netlink

/// Starts a lab, or what of it does not run. Each step looks at what is there and adds what is missing.
public struct Startup: Sendable {
  /// What the user may choose.
  public struct Options: Hashable, Sendable {
    /// Nil: as many as the lab has, 3 for a new one.
    public var nodeCount: Int?
    /// The API server's port on the loopback; nil: as the lab has it, 6443 for a new one.
    public var apiPort: UInt16?
    /// The path of a manifest to apply; nil for none.
    public var sample: String?

    public init(nodeCount: Int? = nil, apiPort: UInt16? = nil, sample: String? = nil) {
      self.nodeCount = nodeCount
      self.apiPort = apiPort
      self.sample = sample
    }
  }

  private let location: LabLocation
  private let program: String
  private let options: Options
  private let progress: Progress

  /// - Parameter program: the path of the `apus` binary.
  public init(_ location: LabLocation, program: String, options: Options, progress: Progress) {
    self.location = location
    self.program = program
    self.options = options
    self.progress = progress
  }

  public func run() async throws {
    let start = ContinuousClock.now
    let lock = try LabLock(file: location.paths.lockFile)
    let manifest = try options.sample.map { path throws(LabError) in try Manifest(path: path) }
    var state = try Preparation(location, options).state()
    let topology = try location.topology(state)
    do {
      try await bringUp(&state, topology, manifest)
    } catch {
      throw LabError(
        "the lab is not up: \(error)",
        advice: "Logs: \(location.paths.logs). Try again with bin/lab up, or clean up with bin/lab down.")
    }
    state.isComplete = true
    try location.save(state)
    _ = consume lock
    let time = Progress.seconds(ContinuousClock.now - start).drop { $0 == " " }
    progress.say("\nThe lab is up after \(time).")
    if let manifest { progress.say(try await Tour(location.paths, manifest).text()) }
  }

  private func bringUp(_ state: inout LabState, _ topology: Topology, _ manifest: Manifest?) async throws {
    try await progress.step("hosts and fabric") {
      try Fabric(topology).build()
      try makeGroupsAndPins(topology)
      return "\(topology.nodeCount) nodes, a client, a switch"
    }
    let starter = ComponentStarter(location: location, program: program)
    let components = Component.all(of: state, topology, location.paths, program: program)
    for component in components {
      // The agents and the kubelet need Nodes to be there.
      if component.name == topology.nodes.first?.host.name {
        try await register(topology)
        try await install()
      }
      try await start(component, starter, &state)
    }
    let patience = Patience(location.paths, starter, state, needed: components.map(\.name))
    try await progress.step("agents ready") {
      for node in topology.nodes { try await patience.waitForAgent(node) }
      return nil
    }
    guard let manifest else { return }
    try await progress.step("sample") {
      let created = try await LabClient.open(location.paths) { try await manifest.createMissing($0) }
      return created == 0 ? "already there" : "\(created) objects created"
    }
    try await progress.step("pods") { try await patience.waitForPods(manifest) }
    try await progress.step("services") { try await patience.waitForServices(manifest) }
  }

  private func start(_ component: Component, _ starter: ComponentStarter, _ state: inout LabState) async throws {
    var updated = state
    defer { state = updated }
    try await progress.step(component.name) {
      let isNew = try starter.start(component, &updated)
      if component.name == Component.controlPlane {
        try await Patience(location.paths, starter, updated, needed: [component.name]).waitForAPIServer()
      } else if isNew {
        // A wrong argument or a missing right shows at once.
        try await Task.sleep(for: .milliseconds(200))
      }
      try starter.check(component.name, updated)
      return isNew ? nil : "runs already"
    }
  }

  private func makeGroupsAndPins(_ topology: Topology) throws {
    for host in topology.hosts {
      try ControlGroup(path: location.paths.controlGroup(of: host)).create()
    }
    for node in topology.nodes {
      try FileManager.default.createDirectory(
        atPath: location.paths.pins(of: node), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
  }

  /// What an operator's install would leave, before an agent asks for it.
  private func install() async throws {
    try await progress.step("settings and pools") {
      let created = try await LabClient.open(location.paths) { try await ClusterSettings.createMissing($0) }
      return created == 0 ? "already there" : "\(created) objects created"
    }
  }

  private func register(_ topology: Topology) async throws {
    try await progress.step("register the nodes") {
      try await LabClient.open(location.paths) { client in
        for node in topology.nodes { try await NodeRegistration(client: client).register(node) }
      }
      return nil
    }
  }
}
