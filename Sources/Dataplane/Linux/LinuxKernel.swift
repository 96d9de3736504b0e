import DataplaneABI
import EBPF
import Netlink
import Routing
import Synchronization

/// The kernel under this process, or under a network namespace of it: interfaces, programs, maps and routes.
public final class LinuxKernel: Sendable {
  public let folder: PinFolder
  /// The programs and maps of this node. Other ones take their place when the tables of flows were resized.
  private let node: Mutex<LoadedDatapath>
  /// The programs that hooks of interfaces get; locked by whoever changes what is attached, so that no hook is left out when
  /// all get other ones.
  let packets: Mutex<LoadedDatapath>
  /// Whether the present programs find all flows, so that a sweep may judge them.
  let sweeps = Mutex(true)
  let netlink: NetlinkConnection
  let namespace: NetworkNamespace
  /// Whether calls have to change into `namespace`; the agent lives in its node's namespace already.
  private let isElsewhere: Bool
  let mechanism: TrafficControl.Mechanism
  let counters: TypedMap<CounterKey, Counters>
  /// Where this process attached clsact filters. Unlike a link, such a filter cannot be asked where it is.
  let filters = Mutex<[AttachmentSlot: Attachment]>([:])
  /// The interfaces that default routes leave by; nil where they have to be read first.
  let defaultRoutes = Mutex<Set<Int32>?>(nil)

  /// Loads the programs and opens or creates the node's maps.
  ///
  /// - Parameters:
  ///   - namespace: the node's; nil for the one this process lives in.
  ///   - mechanism: how programs are attached.
  ///   - adjust: changes the definition of a map before it is created, such as how many entries it holds.
  public convenience init(
    folder: PinFolder, in namespace: NetworkNamespace? = nil, mechanism: TrafficControl.Mechanism = .automatic,
    adjust: @escaping @Sendable (inout MapSpec) -> Void = { _ in }
  ) throws {
    try self.init(folder: folder, in: namespace, mechanism: mechanism, load: { try $0.load($1) }, adjust: adjust)
  }

  /// - Parameter load: what loads the programs.
  init(
    folder: PinFolder, in namespace: NetworkNamespace?, mechanism: TrafficControl.Mechanism,
    load: @escaping LoadedDatapath.Load, adjust: @escaping @Sendable (inout MapSpec) -> Void
  ) throws {
    isElsewhere = namespace != nil
    self.mechanism = mechanism
    self.namespace = try namespace ?? NetworkNamespace.current()
    netlink = try NetlinkConnection(in: self.namespace)
    self.folder = folder
    let datapath = try LoadedDatapath(folder: folder, load: load, adjust: adjust)
    try datapath.fillSlots()
    counters = try datapath.counters()
    node = Mutex(datapath)
    packets = Mutex(datapath)
  }

  var datapath: LoadedDatapath { node.withLock { $0 } }

  /// Has what needs more than the packets' programs use those of `datapath`, too.
  func adopt(_ datapath: LoadedDatapath) { node.withLock { $0 = datapath } }

  public var verifiedInstructions: [DatapathProgram: Int] { datapath.verifiedInstructions }

  /// The tables of both families.
  public func tables() throws -> PerFamily<FamilyTables<IPv4Address>, FamilyTables<IPv6Address>> {
    PerFamily(
      ipv4: try tables(
        frontends: MapName.frontends4, backends: MapName.backends4, members: MapName.members4,
        sourceRanges: MapName.sourceRanges4, maglev: MapName.maglev4, routes: MapName.routes4),
      ipv6: try tables(
        frontends: MapName.frontends6, backends: MapName.backends6, members: MapName.members6,
        sourceRanges: MapName.sourceRanges6, maglev: MapName.maglev6, routes: MapName.routes6))
  }

  /// The one element of `cali_node`.
  public func nodeTable() throws -> KernelTable<UInt32, NodeState> {
    KernelTable(try datapath.map(MapName.node, UInt32.self, NodeState.self))
  }

  /// What the agent remembers of the ports it reserved, words of a set by their numbers.
  public func reservedPortsTable() throws -> KernelTable<UInt32, UInt64> {
    let map = try Map.openOrCreate(ReservedPortsMap.spec, pinnedAt: ReservedPortsMap.path(in: folder))
    return KernelTable(try map.typed(UInt32.self, UInt64.self))
  }

  /// Every CPU's counters, added up, by interface and hook.
  public func readCounters() throws -> [CounterKey: Counters] {
    Dictionary(try counters.entriesPerCPU().map { ($0.key, Counters(adding: $0.values)) }) { $1 }
  }

  private func tables<Address: TextualIPAddress>(
    frontends: String, backends: String, members: String, sourceRanges: String, maglev: String,
    routes: String
  ) throws -> FamilyTables<Address> {
    FamilyTables(
      frontends: KernelTable(try datapath.map(frontends, FrontendKey<Address>.self, Frontend.self)),
      backends: KernelTable(try datapath.map(backends, BackendKey.self, Backend<Address>.self)),
      members: KernelTable(try datapath.map(members, MemberKey<Address>.self, MemberFlags.self)),
      sourceRanges: KernelTable(try datapath.map(sourceRanges, SourceRangeKey<Address>.self, UInt32.self)),
      maglev: KernelTable(try datapath.map(maglev, BackendKey.self, Backend<Address>.self)),
      routes: KernelTable(try datapath.map(routes, RouteKey<Address>.self, DataplaneABI.Route<Address>.self)),
      kernelRoutes: .mainRoutes(netlink))
  }

  /// Runs `body` where interface indices mean the node's interfaces.
  func inNamespace<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    isElsewhere ? try namespace.run(body) : try body()
  }
}

extension Counters {
  /// The sum of every CPU's row.
  public init(adding rows: [Counters]) {
    self.init()
    for row in rows {
      for index in events.indices { events[index] &+= row.events[index] }
      for index in drops.indices { drops[index] &+= row.drops[index] }
    }
  }
}
