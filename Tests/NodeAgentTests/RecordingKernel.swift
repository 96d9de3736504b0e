import CalicoAPI
import Dataplane
import DataplaneABI
import Routing
import Synchronization

/// A kernel in memory that notes what is done to it.
final class RecordingKernel: InterfaceKernel {
  private struct State {
    var interfaces: [InterfaceState]
    var effects: [String] = []
    var fails = false
  }

  private let state: Mutex<State>

  init(_ interfaces: [InterfaceState]) { state = Mutex(State(interfaces: interfaces)) }

  var effects: [String] { state.withLock { $0.effects } }
  func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

  private func note(_ effect: String) throws {
    try state.withLock { state in
      if state.fails { throw DataplaneFailure(subject: effect, reason: "refused") }
      state.effects.append(effect)
    }
  }

  private func table<Key: Hashable & Sendable, Value: Hashable & Sendable>(_ name: String) -> KernelTable<Key, Value> {
    KernelTable(
      name: name, read: { [:] }, write: { [self] entries in for _ in entries { try note("write \(name)") } },
      remove: { [self] keys in for _ in keys { try note("remove \(name)") } })
  }

  private func tables<Address: TextualIPAddress>(_ family: String) -> FamilyTables<Address> {
    FamilyTables(
      frontends: table("fe\(family)"), backends: table("be\(family)"), members: table("mem\(family)"),
      sourceRanges: table("src\(family)"), maglev: table("mgl\(family)"), routes: table("routes\(family)"),
      kernelRoutes: table("kernel\(family)"))
  }

  func driver() -> DataplaneDriver<RecordingKernel> {
    DataplaneDriver(
      kernel: self, tables: PerFamily(ipv4: tables("4"), ipv6: tables("6")), node: table("node"),
      reservedPorts: table("reserved"))
  }

  func interfaces() throws -> [InterfaceState] { state.withLock { $0.interfaces } }
  func forgetDefaultRoutes() {}
  func setInterface(_ index: UInt32, up: Bool) throws { try note("\(up ? "up" : "down") \(index)") }
  func attachments() throws -> [Attachment] { [] }
  func attach(_ program: DatapathProgram, at slot: AttachmentSlot, interfaceIndex: UInt32, by type: BPFAttachType)
    throws
  {
    try note("attach \(slot)")
  }
  func replace(with program: DatapathProgram, at slot: AttachmentSlot) throws { try note("replace \(slot)") }
  func detach(_ slot: AttachmentSlot) throws { try note("detach \(slot)") }
  func createCounters(interfaceIndex: UInt32, hook: AttachmentHook) throws { try note("counters") }
  func removeCounters(except interfaceIndices: Set<UInt32>) throws {}
  func readParameter(_ path: String) throws -> String? { nil }
  func writeParameter(_ path: String, _ value: String) throws { try note("parameter \(path)") }
}
