import Glibc
import Synchronization

/// A direct-action BPF filter on an interface's clsact qdisc, for kernels without tcx.
///
/// The filter belongs to the interface: it goes when this object goes, unless it is pinned. What is pinned is its
/// program, which is all that a later process needs to take the filter over.
final class ClsactFilter: Sendable {
  let interface: UInt32
  let hook: TrafficControl.Hook
  /// Opened in the interface's network namespace, where it keeps acting whatever the thread moves to.
  private let socket: RouteSocket
  private let pinned: Mutex<String?>
  private let attached = Mutex(true)

  /// Other filters run before it at a lower priority, after it at a higher.
  static let priority: UInt16 = 1
  /// "APUS": a filter of this handle is ours, also one that a process left behind before it could pin it.
  private static let handle: UInt32 = 0x4150_5553

  private init(interface: UInt32, _ hook: TrafficControl.Hook, pinned: String?) throws(KernelError) {
    self.interface = interface
    self.hook = hook
    self.pinned = Mutex(pinned)
    socket = try RouteSocket()
  }

  static func attach(
    _ program: LoadedProgram.Shared, interface: UInt32, _ hook: TrafficControl.Hook
  ) throws(KernelError) -> ClsactFilter {
    let filter = try ClsactFilter(interface: interface, hook, pinned: nil)
    do throws(KernelError) {
      try filter.addQdisc()
      try filter.put(program)
    } catch {
      filter.attached.withLock { $0 = false }
      throw error
    }
    return filter
  }

  convenience init(
    adopting program: LoadedProgram.Shared, interface: UInt32, _ hook: TrafficControl.Hook, path: String
  ) throws(KernelError) {
    try self.init(interface: interface, hook, pinned: path)
    current.withLock { $0 = program.descriptor }
  }

  deinit {
    let path = pinned.withLock { $0 }
    if let path, access(path, F_OK) == 0 { return }
    try? detach()
  }

  func replace(with program: LoadedProgram.Shared) throws(KernelError) {
    try addQdisc()
    try put(program)
    guard let path = pinned.withLock({ $0 }) else { return }
    try repin(program, path)
  }

  func pin(_ path: String) throws(KernelError) {
    guard let program = current.withLock({ $0 }) else { return }
    try Pin.create(program, at: path, subject: subject)
    pinned.withLock { $0 = path }
  }

  func detach() throws(KernelError) {
    let wasAttached = attached.withLock { attached in
      defer { attached = false }
      return attached
    }
    guard wasAttached else { return }
    let answer = try socket.request(RouteSocket.deleteFilter, flags: 0, header + RouteSocket.attribute(1, "bpf"))
    switch answer {
    case nil: return
    case let failure? where [ENOENT, ENODEV, EINVAL].contains(failure.errno.rawValue): return
    case let failure?: throw KernelError("detach", subject, errno: failure.errno, detail: failure.message)
    }
  }

  /// The program that runs, for the pin.
  private let current = Mutex<Descriptor?>(nil)

  private func put(_ program: LoadedProgram.Shared) throws(KernelError) {
    let options =
      RouteSocket.attribute(6, program.descriptor.rawValue) + RouteSocket.attribute(7, program.name)
      + RouteSocket.attribute(8, Int32(1))
    let body = header + RouteSocket.attribute(1, "bpf") + RouteSocket.attribute(2, options)
    let flags = RouteSocket.create | RouteSocket.replace
    if let failure = try socket.request(RouteSocket.newFilter, flags: flags, body) {
      throw KernelError("attach", subject, errno: failure.errno, detail: failure.message)
    }
    current.withLock { $0 = program.descriptor }
  }

  /// One that is there stays; one that this made stays too, other filters may have come to it.
  private func addQdisc() throws(KernelError) {
    let body =
      RouteSocket.trafficControl(interface: interface, handle: 0xffff_0000, parent: 0xffff_fff1, info: 0)
      + RouteSocket.attribute(1, "clsact")
    let flags = RouteSocket.create | RouteSocket.exclusive
    guard let failure = try socket.request(RouteSocket.newQdisc, flags: flags, body), failure.errno != .exists else {
      return
    }
    throw KernelError(
      "add clsact to", "interface \(interface)", errno: failure.errno, detail: failure.message,
      fix: failure.errno == .noDevice ? KernelError.fix(for: .noDevice, operation: "attach") : nil)
  }

  /// The new program takes the pin's name in one step.
  private func repin(_ program: LoadedProgram.Shared, _ path: String) throws(KernelError) {
    let next = path + "_next"
    try Pin.remove(next, subject: subject)
    try Pin.create(program.descriptor, at: next, subject: subject)
    guard rename(next, path) == 0 else { throw KernelError("pin", subject, errno: .current, detail: "at \(path)") }
  }

  /// TC_H_MIN_INGRESS or TC_H_MIN_EGRESS of clsact; every protocol (ETH_P_ALL, big-endian).
  private var header: [UInt8] {
    RouteSocket.trafficControl(
      interface: interface, handle: ClsactFilter.handle, parent: hook == .ingress ? 0xffff_fff2 : 0xffff_fff3,
      info: UInt32(ClsactFilter.priority) << 16 | UInt32(UInt16(0x0003).bigEndian))
  }

  private var subject: String { "filter at clsact \(hook) of interface \(interface)" }
}
