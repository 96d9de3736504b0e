import EBPF
import Netlink

/// Takes everything of ours out of the kernel, without loading anything into it.
public struct DataplaneCleanup {
  private let folder: PinFolder
  private let namespace: NetworkNamespace?

  public init(folder: PinFolder, in namespace: NetworkNamespace? = nil) {
    self.folder = folder
    self.namespace = namespace
  }

  /// What was removed, and what could not be.
  public struct Outcome: Sendable {
    public var programs = 0
    public var routes = 0
    public var failures: [DataplaneFailure] = []
  }

  /// Removes all that can be removed. Pods' interfaces go down first: without programs they would be an open door.
  public func run() throws -> Outcome {
    let netlink = try namespace.map { try NetlinkConnection(in: $0) } ?? NetlinkConnection()
    var outcome = Outcome()
    let links = try netlink.links()
    // Taken now: the kernel drops the routes to pods when their interfaces go down.
    let routes = try netlink.routes(table: Netlink.Route.mainTable, protocol: .calico)
    for link in links where link.isUp && link.name.hasPrefix(InterfaceState.workloadPrefix) {
      outcome.attempt("interface \(link.name)") { try netlink.setLink(link.index, up: false) }
    }
    let indices = Dictionary(links.map { ($0.name, UInt32($0.index)) }) { $1 }
    for slot in try folder.slots() {
      if outcome.attempt("program at \(slot)", { try detach(slot, indices[slot.interfaceName] ?? 0) }) {
        outcome.programs += 1
      }
    }
    let pins = Set(try folder.names(in: folder.links))
    for hook in SocketHook.allCases.reversed() where pins.contains(hook.pinName) {
      if outcome.attempt("program at \(hook)", { try folder.detach(hook) }) { outcome.programs += 1 }
    }
    for route in routes where outcome.attempt("route", { try Self.delete(route, netlink) }) { outcome.routes += 1 }
    outcome.attempt("reserved ports") { try giveBackPorts() }
    outcome.attempt("folder \(folder.path)") { try folder.removeAll() }
    return outcome
  }

  private func detach(_ slot: AttachmentSlot, _ index: UInt32) throws {
    let folder = folder
    guard let namespace else { return try folder.detach(slot, interfaceIndex: index) }
    try namespace.run { try folder.detach(slot, interfaceIndex: index) }
  }

  /// Sockets may have the ports again; what an operator reserved stays so.
  private func giveBackPorts() throws {
    let ours = try ReservedPortsMap.contents(in: folder)
    if ours.isEmpty { return }
    let namespace = try namespace ?? NetworkNamespace.current()
    let present = try namespace.readSysctl(ReservedPorts.parameter)
    guard let rest = try ReservedPorts.remainder(of: present, without: ours) else { return }
    try namespace.writeSysctl(ReservedPorts.parameter, rest.isEmpty ? "\n" : rest)
  }

  private static func delete(_ route: Netlink.Route, _ netlink: NetlinkConnection) throws(NetlinkError) {
    do throws(NetlinkError) {
      try netlink.deleteRoute(route)
    } catch {
      guard error.isNotFound else { throw error }
    }
  }
}

extension DataplaneCleanup.Outcome {
  @discardableResult
  fileprivate mutating func attempt(_ subject: String, _ step: () throws -> Void) -> Bool {
    do {
      try step()
      return true
    } catch {
      failures.append(DataplaneFailure(subject: subject, reason: "\(error)"))
      return false
    }
  }
}

extension PinFolder {
  /// Takes the slot's program off its interface, if that is there, and removes the pin. Something else under the pin's
  /// name, in our own folder, is removed like one.
  func detach(_ slot: AttachmentSlot, interfaceIndex: UInt32) throws(KernelError) {
    let path = link(slot)
    if let pinned = try? TrafficControl.open(pinned: path, interface: interfaceIndex, slot.hook.trafficControl) {
      try pinned.detach()
    }
    try Link.unpin(path)
  }
}
