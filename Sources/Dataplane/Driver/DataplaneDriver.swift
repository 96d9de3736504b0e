import DataplaneABI
import Routing
import Services

/// Brings the kernel to a desired state, in an order that is safe to stop at any step.
///
/// What a pod's traffic needs is there before its interface comes up; what is no longer needed is deleted after the
/// interface went down. What fails is reported and left for the next `apply`; everything else is done.
public struct DataplaneDriver<Kernel: InterfaceKernel> {
  private let kernel: Kernel
  private var ipv4: FamilyReconciler<IPv4Address>
  private var ipv6: FamilyReconciler<IPv6Address>
  private var nodeState: NodeStateMap
  private var reservedPorts: ReservedPorts
  private var interfaces: InterfaceReconciler<Kernel>
  private var sockets: SocketReconciler?
  private var policies: PolicyReconciler?
  private var policyFiles: PolicyFiles?
  private var membershipRaise = MembershipRaise()
  private var lastInterfaces: [String: InterfaceState] = [:]

  /// - Parameters:
  ///   - node: the one element of `cali_node`.
  ///   - reservedPorts: what this agent remembers of the ports it reserved.
  ///   - sockets: the hooks of the node's cgroup; nil leaves all balancing to packets.
  ///   - policies: nil enforces no policy.
  ///   - policyFolder: where to tell people what is enforced; nil for nowhere.
  public init(
    kernel: Kernel, tables: PerFamily<FamilyTables<IPv4Address>, FamilyTables<IPv6Address>>,
    node: KernelTable<UInt32, NodeState>, reservedPorts: KernelTable<UInt32, UInt64>,
    sockets: (any SocketKernel)? = nil, policies: (any PolicyKernel)? = nil,
    policyFolder: PolicyFolder? = nil
  ) {
    self.kernel = kernel
    ipv4 = FamilyReconciler(tables.ipv4)
    ipv6 = FamilyReconciler(tables.ipv6)
    nodeState = NodeStateMap(node)
    self.reservedPorts = ReservedPorts(reservedPorts)
    interfaces = InterfaceReconciler(kernel: kernel)
    self.sockets = sockets.map { SocketReconciler($0) }
    self.policies = policies.map { PolicyReconciler($0) }
    policyFiles = policyFolder.map { PolicyFiles($0) }
  }

  /// Has the next `apply` read everything back from the kernel and repair what others changed.
  public mutating func distrust() {
    ipv4.distrust()
    ipv6.distrust()
    interfaces.distrust()
    nodeState.distrust()
    reservedPorts.distrust()
    sockets?.distrust()
  }

  /// Has the next `apply` read the kernel's routes back.
  public mutating func distrustKernelRoutes() {
    ipv4.kernelRoutes.distrust()
    ipv6.kernelRoutes.distrust()
  }

  /// Has the next `apply` tell flows to find their ways anew.
  public mutating func expectOtherWays() { nodeState.expect() }

  /// Brings the kernel to `desired`.
  ///
  /// - Parameters:
  ///   - changed: the frontends that differ from those of the `apply` before.
  ///   - members: what sets that policies use have got and lost since then.
  ///   - present: the node's interfaces as they are now, which `desired` was calculated for.
  ///   - now: the time.
  public mutating func apply(
    _ desired: DesiredState, changed: ChangedFrontends, members: MembershipChanges = [:],
    interfaces present: [String: InterfaceState], now: ContinuousClock.Instant = .now
  ) -> ApplyReport {
    var report = ApplyReport()
    var desired = desired
    if present != lastInterfaces {
      interfaces.interfacesChanged(present)
      distrustKernelRoutes()
      lastInterfaces = present
    }
    // Before the programs hear of the ports, so that no socket gets one that a translated source may get.
    attempt("reserved ports", &report) {
      try $0.reservedPorts.settle(desired.settings.felix.sourcePorts, on: $0.kernel)
    }
    attempt("settings in cali_node", &report) { try $0.nodeState.write(desired.settings) }
    attempt("services IPv4", &report) { try $0.ipv4.services.apply(desired.frontends.ipv4, changed: changed.ipv4) }
    attempt("services IPv6", &report) { try $0.ipv6.services.apply(desired.frontends.ipv6, changed: changed.ipv6) }
    // Without knowing which policies are there, routes would lead past those that running pods have.
    let knowsPolicies = enforcePolicies(&desired, members, present, &report)
    if knowsPolicies {
      attempt("routes IPv4", &report) { try $0.write(desired.routing.ipv4, \.ipv4) }
      attempt("routes IPv6", &report) { try $0.write(desired.routing.ipv6, \.ipv6) }
    }
    if membershipRaise.isDue(now) { nodeState.expect() }
    attempt("route generation", &report) { try $0.raise(now) }

    var up = Set(present.values.filter(\.isUp).map(\.index))
    settleInterfaces(desired, present, &up, &report)

    report.failures += ipv4.kernelRoutes.apply(usable(desired.routing.ipv4.kernelRoutes, up))
    report.failures += ipv6.kernelRoutes.apply(usable(desired.routing.ipv6.kernelRoutes, up))
    let isRid4 = attempt("routes IPv4", &report) { try $0.removeAllBut(desired.routing.ipv4, \.ipv4) }
    let isRid6 = attempt("routes IPv6", &report) { try $0.removeAllBut(desired.routing.ipv6, \.ipv6) }
    if knowsPolicies, isRid4, isRid6 { removePolicies(desired, &report) }
    tellPolicies(desired, &report)
    attempt("route generation", &report) { try $0.raise(now) }
    report.nextWithin = membershipRaise.pause(now)
    // Last: packets do without it.
    attempt("connect-time load balancing", &report) {
      try $0.sockets?.apply(desired.settings.felix.connectTimeLoadBalancing)
    }
    return report
  }

  /// What the tables hold, for metrics.
  public var counts: DataplaneCounts {
    DataplaneCounts(
      frontends: PerFamily(ipv4: ipv4.services.counts.frontends, ipv6: ipv6.services.counts.frontends),
      backends: PerFamily(ipv4: ipv4.services.counts.backends, ipv6: ipv6.services.counts.backends),
      routes: PerFamily(ipv4: ipv4.routes.count, ipv6: ipv6.routes.count),
      kernelRoutes: PerFamily(ipv4: ipv4.kernelRoutes.count, ipv6: ipv6.kernelRoutes.count),
      effects: ipv4.effects + ipv6.effects, policies: policies?.counts ?? PolicyCounts())
  }

  // MARK: Policies

  /// Policies come before the routes that lead to them; flows that are known are looked at again afterwards. Returns whether it is
  /// known which slots pods have.
  private mutating func enforcePolicies(
    _ desired: inout DesiredState, _ members: MembershipChanges, _ present: [String: InterfaceState],
    _ report: inout ApplyReport
  ) -> Bool {
    guard policies != nil else { return true }
    policies?.take(members)
    policies?.begin(desired.policies.keys)
    let isReady = attempt("policies", &report) { driver in
      try driver.ipv4.routes.refresh()
      try driver.ipv6.routes.refresh()
      let slots = driver.slotsInRoutes(present)
      try driver.policies?.adopt(slots)
    }
    guard isReady else { return false }
    attempt("sets of policies", &report) { try $0.policies?.writeMembers() }
    for (name, policy) in desired.policies.sorted(by: { $0.key < $1.key }) where present[name] != nil {
      attempt("policies of pod \(desired.workloads[name] ?? "") (\(name))", &report) {
        try $0.policies?.enforce(policy, at: name)
      }
    }
    let changes = policies?.takeChanges() ?? PolicyEffects()
    if changes.policies { nodeState.expect() }
    if changes.members { membershipRaise.expect() }
    var slots: [UInt32: UInt32] = [:]
    for (name, interface) in present { slots[interface.index] = policies?.slots.base(name) ?? 0 }
    desired.routing.ipv4.putPolicies(slots)
    desired.routing.ipv6.putPolicies(slots)
    return true
  }

  private mutating func raise(_ now: ContinuousClock.Instant) throws {
    if try nodeState.raise() { membershipRaise.raised(now) }
  }

  /// The first slots of pods that routes in the kernel have, by interface.
  private func slotsInRoutes(_ present: [String: InterfaceState]) -> [String: UInt32] {
    let names = Dictionary(present.map { ($0.value.index, $0.key) }) { $1 }
    var slots: [String: UInt32] = [:]
    for route in ipv4.routes.localWorkloads { slots[names[route.interfaceIndex] ?? ""] = route.policy }
    for route in ipv6.routes.localWorkloads { slots[names[route.interfaceIndex] ?? ""] = route.policy }
    slots[""] = nil
    return slots
  }

  /// Takes out the policies that nothing leads to any more.
  private mutating func removePolicies(_ desired: DesiredState, _ report: inout ApplyReport) {
    guard policies != nil else { return }
    attempt("policies", &report) { driver in
      try driver.policies?.removeAllBut(desired.policies.keys)
      try driver.policies?.removeLeftovers()
      try driver.policies?.tidy()
    }
  }

  /// Writes down for people what is enforced.
  private mutating func tellPolicies(_ desired: DesiredState, _ report: inout ApplyReport) {
    guard let policies else { return }
    let isWanted = desired.settings.felix.policyDebug
    if let sentence = policyFiles?.settle(policies, pods: desired.workloads, isWanted: isWanted) {
      report.remarks.insert(sentence)
    }
  }

  // MARK: Steps

  private mutating func write<Address: TextualIPAddress>(
    _ table: RoutingTable<Address>, _ family: WritableKeyPath<DataplaneDriver, FamilyReconciler<Address>>
  ) throws {
    try self[keyPath: family].routes.refresh()
    if self[keyPath: family].routes.differs(from: table.entries) { nodeState.expect() }
    try self[keyPath: family].routes.write(table.entries)
  }

  private mutating func removeAllBut<Address: TextualIPAddress>(
    _ table: RoutingTable<Address>, _ family: WritableKeyPath<DataplaneDriver, FamilyReconciler<Address>>
  ) throws {
    try self[keyPath: family].routes.refresh()
    if self[keyPath: family].routes.differs(from: table.entries) { nodeState.expect() }
    try self[keyPath: family].routes.removeAllBut(table.entries)
  }

  private mutating func settleInterfaces(
    _ desired: DesiredState, _ present: [String: InterfaceState], _ up: inout Set<UInt32>, _ report: inout ApplyReport
  ) {
    // Without knowing what is attached, an interface that is well guarded would look like an open door.
    guard attempt("attached programs", &report, { try $0.interfaces.refresh() }) else { return }
    attempt("kernel parameters", &report) { try $0.interfaces.configureNode(present) }
    prepareDataInterfaces(desired, present, &report)
    prepareLoopback(desired, present, &report)
    bringUpWorkloads(desired, present, &up, &report)
    shutDownStrangers(desired, present, &up, &report)
    // A stranger that could not be set down keeps its programs: without them it would be an open door.
    let stillUp = present.values.filter { $0.isWorkload && up.contains($0.index) }.map(\.name)
    report.failures += interfaces.detachAll(
      except: desired.dataInterfaces.union(desired.workloads.keys).union(stillUp).union([InterfaceState.loopback]))
    attempt("map cali_counters", &report) { try $0.interfaces.forgetCounters(except: present) }
  }

  private mutating func prepareDataInterfaces(
    _ desired: DesiredState, _ present: [String: InterfaceState], _ report: inout ApplyReport
  ) {
    for name in desired.dataInterfaces.sorted() {
      guard let interface = present[name] else { continue }
      let isReady = attempt("interface \(name)", &report) {
        try $0.interfaces.prepare(
          interface, programs: AttachmentPlan.data(interface.link.header),
          parameters: KernelParameters.data(
            name, desired.settings.felix.reversePath, routesMarks: desired.settings.felix.externalMark != 0),
          by: desired.settings.felix.attachType)
      }
      if isReady { report.readyDataInterfaces.insert(name) }
    }
  }

  private mutating func prepareLoopback(
    _ desired: DesiredState, _ present: [String: InterfaceState], _ report: inout ApplyReport
  ) {
    guard let interface = present[InterfaceState.loopback] else { return }
    attempt("interface \(interface.name)", &report) {
      try $0.interfaces.prepare(
        interface, programs: AttachmentPlan.loopback, parameters: KernelParameters.loopback,
        by: desired.settings.felix.attachType)
    }
  }

  private mutating func bringUpWorkloads(
    _ desired: DesiredState, _ present: [String: InterfaceState], _ up: inout Set<UInt32>, _ report: inout ApplyReport
  ) {
    for (name, pod) in desired.workloads.sorted(by: { $0.key < $1.key }) {
      guard let interface = present[name] else {
        report.awaitedInterfaces.insert(name)
        continue
      }
      let isReady = attempt("pod \(pod) (\(name))", &report) { driver in
        try driver.requireRoutes(to: interface, desired)
        if let policies = driver.policies, !policies.isEnforced(name) { throw IncompleteWorkload.noPolicy }
        try driver.interfaces.prepare(
          interface, programs: AttachmentPlan.workload, parameters: KernelParameters.workload(name),
          by: desired.settings.felix.attachType)
        if !interface.isUp { try driver.kernel.setInterface(interface.index, up: true) }
      }
      if isReady {
        up.insert(interface.index)
        report.readyWorkloads.insert(name)
      } else if interface.isUp, !interfaces.isGuarded(interface, programs: AttachmentPlan.workload) {
        shutDown(interface, &up, &report)
      }
    }
  }

  /// An interface of a pod that the cluster does not know carries nothing.
  private mutating func shutDownStrangers(
    _ desired: DesiredState, _ present: [String: InterfaceState], _ up: inout Set<UInt32>, _ report: inout ApplyReport
  ) {
    let strangers = present.values.filter { $0.isWorkload && $0.isUp && desired.workloads[$0.name] == nil }
    for interface in strangers.sorted(by: { $0.name < $1.name }) { shutDown(interface, &up, &report) }
  }

  private mutating func shutDown(
    _ interface: InterfaceState, _ up: inout Set<UInt32>, _ report: inout ApplyReport
  ) {
    let isDown = attempt("interface \(interface.name)", &report) {
      try $0.kernel.setInterface(interface.index, up: false)
    }
    if isDown { up.remove(interface.index) }
  }

  private func requireRoutes(to interface: InterfaceState, _ desired: DesiredState) throws {
    var count = 0
    guard ipv4.holdsRoutes(to: interface.index, of: desired.routing.ipv4, count: &count),
      ipv6.holdsRoutes(to: interface.index, of: desired.routing.ipv6, count: &count)
    else { throw IncompleteWorkload.routesNotWritten }
    guard count > 0 else { throw IncompleteWorkload.noAddress }
  }

  /// The kernel takes no route over an interface that is down.
  private func usable<Address>(
    _ routes: [RouteKey<Address>: KernelRoute<Address>], _ up: Set<UInt32>
  ) -> [RouteKey<Address>: KernelRoute<Address>] {
    routes.filter { _, route in
      if case .device(let index) = route { up.contains(index) } else { true }
    }
  }

  @discardableResult
  private mutating func attempt(
    _ subject: String, _ report: inout ApplyReport, _ step: (inout DataplaneDriver) throws -> Void
  ) -> Bool {
    do {
      try step(&self)
      return true
    } catch {
      report.failures.append(DataplaneFailure(subject: subject, reason: "\(error)"))
      return false
    }
  }
}

/// Why a pod's interface stays down although nothing went wrong with the interface itself.
enum IncompleteWorkload: Error, CustomStringConvertible {
  case routesNotWritten
  case noAddress
  case noPolicy

  var description: String {
    switch self {
    case .routesNotWritten: "its interface stays down because its route-map entry is not written"
    case .noPolicy: "its interface stays down because its policies are not in place"
    case .noAddress: "its interface stays down because no route leads to it; see the warnings about its addresses"
    }
  }
}

/// Entries in the tables of each family.
public struct DataplaneCounts: Sendable, Equatable {
  public var frontends: PerFamily<Int, Int>
  public var backends: PerFamily<Int, Int>
  public var routes: PerFamily<Int, Int>
  public var kernelRoutes: PerFamily<Int, Int>
  /// Entries written and deleted since the start.
  public var effects: Int
  public var policies: PolicyCounts

  public init(
    frontends: PerFamily<Int, Int>, backends: PerFamily<Int, Int>, routes: PerFamily<Int, Int>,
    kernelRoutes: PerFamily<Int, Int>, effects: Int, policies: PolicyCounts = PolicyCounts()
  ) {
    self.frontends = frontends
    self.backends = backends
    self.routes = routes
    self.kernelRoutes = kernelRoutes
    self.effects = effects
    self.policies = policies
  }
}
