import Foundation
import Netlink

/// What has to be right before anything is made, and the state to begin with.
struct Preparation: Sendable {
  let location: LabLocation
  let options: Startup.Options

  init(_ location: LabLocation, _ options: Startup.Options) {
    self.location = location
    self.options = options
  }

  private static let standardNodeCount = 3
  private static let standardPort: UInt16 = 6443

  /// The state of the lab that is there, with more nodes if more are wanted; or of a new one.
  func state() throws -> LabState {
    try checkPinFileSystem()
    guard var state = try location.load() else { return try newState() }
    if let wanted = options.nodeCount, wanted != state.nodeCount {
      guard wanted > state.nodeCount else {
        throw LabError(
          "the lab has \(state.nodeCount) nodes and cannot shrink to \(wanted)",
          advice: "Take it down first: bin/lab down.")
      }
      state.nodeCount = try checked(wanted)
    }
    if let port = options.apiPort, port != state.apiPort {
      throw LabError("the lab's API server has port \(state.apiPort)", advice: "Take the lab down first: bin/lab down.")
    }
    state.isComplete = false
    try location.prepareFolder()
    try location.save(state)
    return state
  }

  private func newState() throws -> LabState {
    let count = try checked(options.nodeCount ?? Self.standardNodeCount)
    let port = options.apiPort ?? Self.standardPort
    let state = LabState(
      name: location.name, nodeCount: count, apiPort: port, created: Date(), bootID: LabState.currentBootID())
    try refuseForeign(try location.topology(state))
    try refuseTaken(port)
    try location.prepareFolder()
    try location.save(state)
    return state
  }

  private func checked(_ count: Int) throws(LabError) -> Int {
    guard Topology.nodeCounts.contains(count) else {
      throw LabError(
        "\(count) nodes are not possible",
        advice: "Give --nodes \(Topology.nodeCounts.lowerBound) to \(Topology.nodeCounts.upperBound).")
    }
    return count
  }

  /// What has our names but is not in a state of ours was made by somebody else.
  private func refuseForeign(_ topology: Topology) throws {
    let taken =
      try Fabric(topology).existingNamespaces().map { LabPaths.file(ofNamespace: $0) }
      + [location.paths.pins, location.paths.controlGroup].filter { access($0, F_OK) == 0 }
    guard let first = taken.first else { return }
    throw LabError(
      "\(first) exists already, and \(location.paths.folder) knows of no lab",
      advice: "If it is left from a lab, remove it by hand (\(taken.joined(separator: ", "))); "
        + "or give the lab another name with --name.")
  }

  private func refuseTaken(_ port: UInt16) throws(LabError) {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    guard StreamSocket(descriptor: socket).connect(to: [127, 0, 0, 1], port: port) else { return }
    throw LabError(
      "port \(port) of 127.0.0.1, the API server's, is in use", advice: "Give another one: bin/lab up --api-port PORT.")
  }

  private func checkPinFileSystem() throws(LabError) {
    let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
    let isMounted = mounts.split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      return fields.count > 2 && fields[1] == LabPaths.bpffs && fields[2] == "bpf"
    }
    guard isMounted else {
      throw LabError(
        "no BPF file system is mounted at \(LabPaths.bpffs)",
        advice: "Mount it: mount -t bpf bpf \(LabPaths.bpffs)")
    }
  }
}
