import DataplaneABI
import EBPF
import Glibc

/// The hooks of the node's cgroup, for the processes in it and in those below.
public struct LinuxSockets: SocketKernel {
  private let kernel: LinuxKernel
  /// A folder of the version 2 hierarchy.
  private let cgroup: String?

  public init(_ kernel: LinuxKernel, cgroup: String?) {
    self.kernel = kernel
    self.cgroup = cgroup
  }

  public var hasCgroup: Bool { cgroup != nil }

  public func attachments() throws -> [SocketAttachment] {
    let here = try identity()
    let pins = Set(try kernel.folder.names(in: kernel.folder.links))
    return SocketHook.allCases.filter { pins.contains($0.pinName) }.map { hook in
      do {
        return try attachment(hook, here: here)
      } catch {
        // Whatever has the name of the pin is no program of ours at any cgroup.
        return SocketAttachment(hook: hook, isHere: false, program: nil)
      }
    }
  }

  private func attachment(_ hook: SocketHook, here: UInt64?) throws -> SocketAttachment {
    let link = try Link.openPinned(kernel.folder.link(hook))
    guard let info = try link?.info(), info.cgroup == here, info.attach == hook.attachType else {
      return SocketAttachment(hook: hook, isHere: false, program: nil)
    }
    let running = try LoadedProgram.open(id: info.program)?.info()
    let (tcp, all) = hook.programs
    let program = running.flatMap { kernel.datapath.program(like: $0, among: [tcp ?? all, all]) }
    return SocketAttachment(hook: hook, isHere: true, program: program)
  }

  public func attach(_ program: DatapathProgram, at hook: SocketHook) throws {
    guard let cgroup else { throw DataplaneFailure(subject: "program at \(hook)", reason: "there is no cgroup") }
    try kernel.createCounters(.sockets)
    let link = try Link.attachCgroup(kernel.datapath.program(program), path: cgroup, hook.attachType)
    try link.pin(kernel.folder.link(hook))
  }

  public func replace(with program: DatapathProgram, at hook: SocketHook) throws {
    guard let link = try Link.openPinned(kernel.folder.link(hook)) else {
      throw DataplaneFailure(subject: "program at \(hook)", reason: "its pin is gone")
    }
    try link.update(kernel.datapath.program(program))
  }

  public func detach(_ hook: SocketHook) throws { try kernel.folder.detach(hook) }

  /// The cgroup's number in links' records: that of its folder (`cgroup_id`), which is never 0.
  private func identity() throws -> UInt64? {
    guard let cgroup else { return nil }
    var status = stat()
    guard stat(cgroup, &status) == 0 else {
      throw DataplaneFailure(subject: "cgroup \(cgroup)", reason: String(cString: strerror(errno)))
    }
    return UInt64(status.st_ino)
  }
}

extension PinFolder {
  public func link(_ hook: SocketHook) -> String { "\(links)/\(hook.pinName)" }

  /// Takes the hook's program off its cgroup, if that is there, and removes the pin.
  func detach(_ hook: SocketHook) throws(KernelError) {
    if let link = try? Link.openPinned(link(hook)) { try link.detach() }
    try Link.unpin(link(hook))
  }
}
