import CalicoAPI
import DataplaneABI
import EBPF
import Foundation
import KubernetesClient
import Netlink
import Testing

@testable import Lab

/// The lab that all tests of this target share: it is brought up before the first and taken down after the last.
struct TestLab: Sendable {
  /// So that the standard lab and this one can run side by side.
  static let name = "clustertest"
  static let folder = "/var/lib/clustertest-lab"
  static let port = "16443"

  /// The binary that `swift test` built beside the tests.
  static let program = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return (tests as NSString).deletingLastPathComponent + "/apus"
  }()

  static let manifest = {
    let file = URL(fileURLWithPath: #filePath)
    return file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("manifests/lab/sample.yaml").path
  }()

  static var isRoot: Bool { geteuid() == 0 }

  static var location: LabLocation { get throws { try LabLocation(name: name, folder: folder) } }

  static func topology() throws -> Topology { try location.topology(try location.loadExisting()) }

  // MARK: Commands

  /// `apus lab …` on this lab.
  static func lab(_ arguments: String..., limit: Duration = .seconds(120)) async throws -> CommandResult {
    try await run(
      [program, "lab"] + arguments, limit: limit, environment: ["APUS_LAB_NAME": name, "APUS_LAB_STATE": folder])
  }

  static func up() async throws -> CommandResult {
    try await lab("up", "--api-port", port, "--sample", manifest, limit: .seconds(240))
  }

  /// A shell script in a pod or on a host.
  static func shell(in target: String, _ script: String, limit: Duration = .seconds(60)) async throws -> CommandResult {
    try await run(
      [program, "lab", "exec", target, "--", "sh", "-c", script], limit: limit,
      environment: ["APUS_LAB_NAME": name, "APUS_LAB_STATE": folder])
  }

  static func kubectl(_ arguments: String...) async throws -> CommandResult {
    try await run(
      ["kubectl"] + arguments, environment: ["KUBECONFIG": try location.paths.adminKubeconfig])
  }

  /// `kubectl apply` of a text.
  static func apply(_ yaml: String) async throws -> CommandResult {
    let file = NSTemporaryDirectory() + "manifest-\(UUID().uuidString).yaml"
    defer { unlink(file) }
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: file))
    return try await kubectl("apply", "-f", file)
  }

  // MARK: The API

  static func api<Result>(_ body: (APIClient) async throws -> Result) async throws -> Result {
    try await LabClient.open(try location.paths, body: body)
  }

  /// The cluster addresses of a Service, IPv4 first.
  static func addresses(of service: String = "web") async throws -> [InetAddress] {
    try await api { try await $0.get(Service.self, service, namespace: "default") }
      .spec.clusterIPs.compactMap { InetAddress($0) }.sorted()
  }

  static func pod(_ name: String) async throws -> Pod {
    try await api { try await $0.get(Pod.self, name, namespace: "default") }
  }

  /// The record that the kubelet keeps of a pod.
  static func record(_ name: String) throws -> PodRecord {
    let records = try PodRecords(folder: try location.paths.pods).all()
    return try #require(records.first { $0.pod == PodName(namespace: "default", name: name) })
  }

  /// "http://10.96.0.1", "http://[fd96::1]:81".
  static func url(_ address: InetAddress, port: Int = 80) -> String {
    "http://" + (address.family == .ipv4 ? "\(address)" : "[\(address)]") + (port == 80 ? "" : ":\(port)")
  }

  /// Asks again and again until the answer is yes.
  static func eventually(
    _ what: String, within limit: Duration = .seconds(20), _ question: () async throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !question() {
      guard ContinuousClock.now < deadline else { throw LabError("\(what): not within \(limit)") }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  // MARK: The kernel

  static func pins(_ node: String) throws -> String {
    try location.paths.pins(of: try #require(try topology().node(named: node)))
  }

  /// A pinned map of a node.
  static func map<Key, Value>(
    _ name: String, on node: String, _: Key.Type, _: Value.Type
  ) throws -> TypedMap<Key, Value> {
    let path = "\(try pins(node))/maps/\(name)"
    guard let map = try Map.openPinned(path) else { throw LabError("no map is pinned at \(path)") }
    return try map.typed(Key.self, Value.self)
  }

  /// What a hook of an interface has counted; all zero if it has not counted anything yet.
  static func counters(on node: String, interface: UInt32, hook: UInt32 = 0) throws -> CounterSum {
    let map = try map(MapName.counters, on: node, CounterKey.self, Counters.self)
    return CounterSum(try map.lookUpPerCPU(CounterKey(interfaceIndex: interface, hook: hook)) ?? [])
  }

  /// What all hooks of a node have counted together.
  static func counters(on node: String) throws -> CounterSum {
    let map = try map(MapName.counters, on: node, CounterKey.self, Counters.self)
    return CounterSum(try map.entriesPerCPU().flatMap(\.values))
  }

  /// The index of a pod's host-side interface.
  static func interface(of pod: String) throws -> UInt32 {
    let record = try record(pod)
    let connection = try NetlinkConnection(in: try NetworkNamespace(named: record.nodeNamespace))
    return UInt32(try connection.link(named: record.interface).index)
  }
}

/// Counters added up over CPUs.
struct CounterSum {
  private var events: [UInt64] = Array(repeating: 0, count: Counters().events.count)
  private var drops: [UInt64] = Array(repeating: 0, count: Counters().drops.count)

  init(_ counters: [Counters]) {
    for one in counters {
      for index in events.indices { events[index] += one.events[index] }
      for index in drops.indices { drops[index] += one.drops[index] }
    }
  }

  subscript(event: CounterIndex) -> UInt64 { events[Int(event.rawValue)] }
  subscript(drop: Drop) -> UInt64 { drops[Int(drop.rawValue)] }
}
