import CalicoAPI
import DataplaneABI
import Dataplane
import Routing
import Synchronization

/// Lets so many effects through, then none: what a process leaves that was killed there.
final class LastEffect: Sendable {
  private let left: Mutex<Int>

  init(after count: Int) { left = Mutex(count) }

  /// Whether the process lived on after its last call.
  var wasReached: Bool { left.withLock { $0 <= 0 } }

  func spend() throws {
    try left.withLock {
      guard $0 > 0 else { throw FakeKernel.Crash() }
      $0 -= 1
    }
  }
}

extension KernelTable {
  func dying(_ last: LastEffect) -> KernelTable {
    let table = self
    return KernelTable(
      name: name, read: read,
      // One by one: a batch may stop anywhere.
      write: { entries in
        for entry in entries {
          try last.spend()
          try table.write([entry])
        }
      },
      remove: { keys in
        for key in keys {
          try last.spend()
          try table.remove([key])
        }
      })
  }
}

/// A real kernel under a process that dies.
struct CrashingKernel: InterfaceKernel {
  let kernel: LinuxKernel
  let last: LastEffect
  var cgroup: String?

  func driver() throws -> DataplaneDriver<CrashingKernel> {
    let tables = try kernel.tables()
    return DataplaneDriver(
      kernel: self, tables: PerFamily(ipv4: dying(tables.ipv4), ipv6: dying(tables.ipv6)),
      node: try kernel.nodeTable().dying(last), reservedPorts: try kernel.reservedPortsTable().dying(last),
      sockets: cgroup.map { DyingSockets(sockets: LinuxSockets(kernel, cgroup: $0), last: last) })
  }

  private func dying<Address: TextualIPAddress>(_ tables: FamilyTables<Address>) -> FamilyTables<Address> {
    FamilyTables(
      frontends: tables.frontends.dying(last), backends: tables.backends.dying(last),
      members: tables.members.dying(last), sourceRanges: tables.sourceRanges.dying(last),
      maglev: tables.maglev.dying(last), routes: tables.routes.dying(last),
      kernelRoutes: tables.kernelRoutes.dying(last))
  }

  func interfaces() throws -> [InterfaceState] { try kernel.interfaces() }
  func attachments() throws -> [Attachment] { try kernel.attachments() }
  func forgetDefaultRoutes() { kernel.forgetDefaultRoutes() }
  func readParameter(_ path: String) throws -> String? { try kernel.readParameter(path) }

  func setInterface(_ index: UInt32, up: Bool) throws {
    try last.spend()
    try kernel.setInterface(index, up: up)
  }

  func attach(_ program: DatapathProgram, at slot: AttachmentSlot, interfaceIndex: UInt32, by type: BPFAttachType)
    throws
  {
    try last.spend()
    try kernel.attach(program, at: slot, interfaceIndex: interfaceIndex, by: type)
  }

  func replace(with program: DatapathProgram, at slot: AttachmentSlot) throws {
    try last.spend()
    try kernel.replace(with: program, at: slot)
  }

  func detach(_ slot: AttachmentSlot) throws {
    try last.spend()
    try kernel.detach(slot)
  }

  func createCounters(interfaceIndex: UInt32, hook: AttachmentHook) throws {
    try last.spend()
    try kernel.createCounters(interfaceIndex: interfaceIndex, hook: hook)
  }

  func removeCounters(except interfaceIndices: Set<UInt32>) throws {
    try last.spend()
    try kernel.removeCounters(except: interfaceIndices)
  }

  func writeParameter(_ path: String, _ value: String) throws {
    try last.spend()
    try kernel.writeParameter(path, value)
  }
}

/// The cgroup's hooks under a process that dies.
struct DyingSockets: SocketKernel {
  let sockets: LinuxSockets
  let last: LastEffect

  var hasCgroup: Bool { sockets.hasCgroup }
  func attachments() throws -> [SocketAttachment] { try sockets.attachments() }

  func attach(_ program: DatapathProgram, at hook: SocketHook) throws {
    try last.spend()
    try sockets.attach(program, at: hook)
  }

  func replace(with program: DatapathProgram, at hook: SocketHook) throws {
    try last.spend()
    try sockets.replace(with: program, at: hook)
  }

  func detach(_ hook: SocketHook) throws {
    try last.spend()
    try sockets.detach(hook)
  }
}

extension LinuxKernel {
  func driver(cgroup: String? = nil) throws -> DataplaneDriver<LinuxKernel> {
    DataplaneDriver(
      kernel: self, tables: try tables(), node: try nodeTable(), reservedPorts: try reservedPortsTable(),
      sockets: LinuxSockets(self, cgroup: cgroup))
  }
}

extension DataplaneDriver {
  /// One turn of the agent on a real node: look, calculate, apply.
  @discardableResult
  mutating func turn(_ scene: Scene, in kernel: Kernel) throws -> ApplyReport {
    let interfaces = Dictionary(try kernel.interfaces().map { ($0.name, $0) }) { $1 }
    let all = Set((0...255).map { Scene.frontend(UInt8($0)) })
    return apply(scene.desired(interfaces), changed: PerFamily(ipv4: all, ipv6: []), interfaces: interfaces)
  }
}
