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

  /// Pods' interfaces go down first: without programs they would be an open door. Returns what was removed.
  public func run() throws -> (programs: Int, routes: Int) {
    let folder = folder
    let netlink = try namespace.map { try NetlinkConnection(in: $0) } ?? NetlinkConnection()
    let links = try netlink.links()
    for link in links where link.isUp && link.name.hasPrefix(InterfaceState.workloadPrefix) {
      try netlink.setLink(link.index, up: false)
    }
    let indices = Dictionary(links.map { ($0.name, UInt32($0.index)) }) { $1 }
    let slots = try folder.slots()
    let detachAll: @Sendable () throws -> Void = {
      for slot in slots { try folder.detach(slot, interfaceIndex: indices[slot.interfaceName] ?? 0) }
    }
    if let namespace { try namespace.run(detachAll) } else { try detachAll() }
    let routes = try netlink.routes(table: Netlink.Route.mainTable, protocol: .calico)
    for route in routes {
      do throws(NetlinkError) {
        try netlink.deleteRoute(route)
      } catch {
        guard error.isNotFound else { throw error }
      }
    }
    try folder.removeAll()
    return (slots.count, routes.count)
  }
}

extension PinFolder {
  /// Takes the slot's program off its interface, if that is there, and removes the pin.
  func detach(_ slot: AttachmentSlot, interfaceIndex: UInt32) throws(KernelError) {
    let path = link(slot)
    guard let pinned = try TrafficControl.open(pinned: path, interface: interfaceIndex, slot.hook.trafficControl) else {
      return
    }
    try pinned.detach()
    try Link.unpin(path)
  }
}
