import CalicoAPI
import Dataplane
import DataplaneABI
import Policy
import PolicyCompiler
import Routing
import Synchronization

/// A kernel in memory. Each effect may be its last for the process: from the one that `crash(after:)` names on, all fail.
final class FakeKernel: InterfaceKernel {
  struct Crash: Error {}
  /// What the real kernel would refuse.
  struct Refusal: Error, CustomStringConvertible { var description: String }

  struct Contents: Equatable {
    var frontends4: [FrontendKey<IPv4Address>: Frontend] = [:]
    var backends4: [BackendKey: Backend<IPv4Address>] = [:]
    var members4: [MemberKey<IPv4Address>: MemberFlags] = [:]
    var ranges4: [SourceRangeKey<IPv4Address>: UInt32] = [:]
    var maglev4: [BackendKey: Backend<IPv4Address>] = [:]
    var routes4: [RouteKey<IPv4Address>: Route<IPv4Address>] = [:]
    var kernelRoutes4: [RouteKey<IPv4Address>: KernelRoute<IPv4Address>] = [:]
    var frontends6: [FrontendKey<IPv6Address>: Frontend] = [:]
    var backends6: [BackendKey: Backend<IPv6Address>] = [:]
    var members6: [MemberKey<IPv6Address>: MemberFlags] = [:]
    var ranges6: [SourceRangeKey<IPv6Address>: UInt32] = [:]
    var maglev6: [BackendKey: Backend<IPv6Address>] = [:]
    var routes6: [RouteKey<IPv6Address>: Route<IPv6Address>] = [:]
    var kernelRoutes6: [RouteKey<IPv6Address>: KernelRoute<IPv6Address>] = [:]
    var node: [UInt32: NodeState] = [:]
    var reserved: [UInt32: UInt64] = [:]
    var interfaces: [String: InterfaceState] = [:]
    /// With the version of the program.
    var attachments: [AttachmentSlot: Program] = [:]
    /// The interface's number stands for the cgroup's.
    var sockets: [SocketHook: Program] = [:]
    /// 0 is none.
    var cgroup: UInt32 = 1
    var counters: Set<CounterKey> = []
    /// The number of the policy in each slot; that of a further program is negative.
    var policySlots: [UInt32: Int] = [:]
    var loadedPolicies: [Int: LoadedFake] = [:]
    var classes: [UInt32: AddressClass] = [:]
    var addressClasses: [AddressPrefix: UInt32] = [:]
    var parameters: [String: String] = ["net/ipv4/ip_local_reserved_ports": ""]
  }

  struct Program: Equatable {
    var interfaceIndex: UInt32
    var program: DatapathProgram
    var version: Int
  }

  private struct State {
    var contents = Contents()
    var effects: [String] = []
    var crashAfter: Int?
    var refused: Set<String> = []
    var afterEffect: (@Sendable (Contents, String) -> Void)?
  }

  private let state = Mutex(State())
  /// The version of the programs that this process has loaded.
  let version: Mutex<Int> = Mutex(1)

  var contents: Contents {
    get { state.withLock { $0.contents } }
    set { state.withLock { $0.contents = newValue } }
  }
  var effects: [String] { state.withLock { $0.effects } }

  /// The process dies at its effect number `count`, which does not happen.
  func crash(after count: Int?) {
    state.withLock {
      $0.crashAfter = count
      $0.effects = []
    }
  }

  /// Effects of this name fail until further notice.
  func refuse(_ names: Set<String>) { state.withLock { $0.refused = names } }

  /// Looks at the kernel after each effect.
  func afterEachEffect(_ body: @escaping @Sendable (Contents, String) -> Void) {
    state.withLock { $0.afterEffect = body }
  }

  func effect(_ name: String, _ body: (inout Contents) throws -> Void) throws {
    let watcher = try state.withLock { state -> (@Sendable (Contents, String) -> Void, Contents)? in
      if let limit = state.crashAfter, state.effects.count >= limit { throw Crash() }
      if state.refused.contains(name) { throw Refusal(description: "\(name) is refused") }
      try body(&state.contents)
      state.effects.append(name)
      return state.afterEffect.map { ($0, state.contents) }
    }
    if let (look, contents) = watcher { look(contents, name) }
  }

  // MARK: Tables

  private func table<Key: Hashable & Sendable, Value: Hashable & Sendable>(
    _ name: String, _ path: WritableKeyPath<Contents, [Key: Value]> & Sendable,
    check: @escaping @Sendable (Value, Contents) throws -> Void = { _, _ in }
  ) -> KernelTable<Key, Value> {
    KernelTable(
      name: name, read: { [self] in contents[keyPath: path] },
      // Element by element: a batch may stop anywhere.
      write: { [self] entries in
        for (key, value) in entries {
          try effect("write \(name)") {
            try check(value, $0)
            $0[keyPath: path][key] = value
          }
        }
      },
      remove: { [self] keys in
        for key in keys { try effect("remove \(name)") { $0[keyPath: path][key] = nil } }
      })
  }

  private static func requireUp<Address>(_ route: KernelRoute<Address>, _ contents: Contents) throws {
    guard case .device(let index) = route else { return }
    guard contents.interfaces.values.contains(where: { $0.index == index && $0.isUp }) else {
      throw Refusal(description: "Network is down")
    }
  }

  func driver(policies: FakePolicies? = nil) -> DataplaneDriver<FakeKernel> {
    DataplaneDriver(
      kernel: self,
      tables: PerFamily(
        ipv4: FamilyTables(
          frontends: table("fe4", \.frontends4), backends: table("be4", \.backends4),
          members: table("mem4", \.members4), sourceRanges: table("src4", \.ranges4),
          maglev: table("mgl4", \.maglev4), routes: table("routes4", \.routes4),
          kernelRoutes: table("kernel4", \.kernelRoutes4, check: Self.requireUp)),
        ipv6: FamilyTables(
          frontends: table("fe6", \.frontends6), backends: table("be6", \.backends6),
          members: table("mem6", \.members6), sourceRanges: table("src6", \.ranges6),
          maglev: table("mgl6", \.maglev6), routes: table("routes6", \.routes6),
          kernelRoutes: table("kernel6", \.kernelRoutes6, check: Self.requireUp))),
      node: table("node", \.node), reservedPorts: table("reserved", \.reserved), sockets: FakeSockets(kernel: self),
      policies: policies)
  }

  // MARK: Interfaces

  func interfaces() throws -> [InterfaceState] { Array(contents.interfaces.values) }

  func forgetDefaultRoutes() {}

  func setInterface(_ index: UInt32, up: Bool) throws {
    try effect(up ? "up" : "down") { contents in
      guard let name = contents.interfaces.first(where: { $0.value.index == index })?.key else {
        throw Refusal(description: "No such device")
      }
      contents.interfaces[name]?.isUp = up
      guard !up else { return }
      contents.kernelRoutes4 = contents.kernelRoutes4.filter { $0.value != .device(interfaceIndex: index) }
      contents.kernelRoutes6 = contents.kernelRoutes6.filter { $0.value != .device(interfaceIndex: index) }
    }
  }

  func attachments() throws -> [Attachment] {
    if state.withLock({ $0.refused.contains("attachments") }) {
      throw Refusal(description: "attachments is refused")
    }
    let loaded = version.withLock { $0 }
    let contents = contents
    return contents.attachments.map { slot, program in
      let isThere = contents.interfaces.values.contains { $0.index == program.interfaceIndex }
      return Attachment(
        slot: slot, interfaceIndex: isThere ? program.interfaceIndex : 0,
        program: program.version == loaded ? program.program : nil)
    }
  }

  func attach(_ program: DatapathProgram, at slot: AttachmentSlot, interfaceIndex: UInt32, by type: BPFAttachType)
    throws
  {
    let version = version.withLock { $0 }
    try effect("attach") {
      guard $0.attachments[slot] == nil else { throw Refusal(description: "File exists") }
      $0.attachments[slot] = Program(interfaceIndex: interfaceIndex, program: program, version: version)
    }
  }

  func replace(with program: DatapathProgram, at slot: AttachmentSlot) throws {
    let version = version.withLock { $0 }
    try effect("replace") {
      guard $0.attachments[slot] != nil else { throw Refusal(description: "No such file or directory") }
      $0.attachments[slot]?.program = program
      $0.attachments[slot]?.version = version
    }
  }

  func detach(_ slot: AttachmentSlot) throws { try effect("detach") { $0.attachments[slot] = nil } }

  func createCounters(interfaceIndex: UInt32, hook: AttachmentHook) throws {
    try effect("create counters") {
      $0.counters.insert(CounterKey(interfaceIndex: interfaceIndex, hook: hook.counterHook))
    }
  }

  func removeCounters(except interfaceIndices: Set<UInt32>) throws {
    guard contents.counters.contains(where: { !interfaceIndices.contains($0.interfaceIndex) }) else { return }
    try effect("remove counters") {
      $0.counters = $0.counters.filter { interfaceIndices.contains($0.interfaceIndex) }
    }
  }

  func readParameter(_ path: String) throws -> String? { contents.parameters[path] ?? "0" }

  func writeParameter(_ path: String, _ value: String) throws {
    try effect("parameter") { $0.parameters[path] = value }
  }
}
