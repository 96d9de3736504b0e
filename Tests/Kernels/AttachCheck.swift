import EBPF
import Glibc

/// Attaches programs to the loopback interface by what the kernel has for it, and sends real packets past them.
enum AttachCheck {
  private static let folder = "\(BPFFileSystem.defaultMountPoint)/apus-kernel-check"

  static func run(_ datapath: Datapath, _ report: inout Report) {
    report.check("attach the datapath") { try attach(datapath.object) }
    report.check("a program sees packets until its link closes") { try attachCounter(.automatic) }
    report.check("the same by clsact") { try attachCounter(.clsact) }
    report.check("a pinned link survives its process, and is replaced in place") { try pin() }
  }

  private static var mechanism: String {
    get throws { try Feature.tcx.isAvailable() ? "tcx" : "clsact" }
  }

  /// Each program at the hook that it is for.
  private static func attach(_ object: borrowing LoadedObject) throws -> String {
    let atIngress = try TrafficControl.attach(
      object.program("host_ingress"), interface: DatapathCheck.interface, .ingress)
    let atEgress = try TrafficControl.attach(
      object.program("workload_egress"), interface: DatapathCheck.interface, .egress)
    try atIngress.update(object.program("workload_ingress"))
    try atIngress.detach()
    try atEgress.detach()
    return try mechanism
  }

  private static func attachCounter(_ mechanism: TrafficControl.Mechanism) throws -> String {
    let counter = try Counter()
    do {
      let link = try TrafficControl.attach(
        counter.program, interface: DatapathCheck.interface, .egress, mechanism: mechanism)
      try Loopback.send(3)
      try expect("packets counted", try counter.value, 3)
      _ = consume link
    }
    try Loopback.send(1)
    try expect("packets counted after the link closed", try counter.value, 3)
    return mechanism == .automatic ? try self.mechanism : "clsact"
  }

  private static func pin() throws -> String {
    try BPFFileSystem.mount()
    try BPFFileSystem.createFolder(folder)
    let path = "\(folder)/loopback_ingress"
    let old = try Counter()
    let new = try Counter()
    defer {
      try? Link.unpin(path)
      rmdir(folder)
    }
    _ = try TrafficControl.ensure(old.program, interface: DatapathCheck.interface, .ingress, pinnedAt: path)
    try Loopback.send(2)
    try expect("packets that the old program counted", try old.value, 2)
    let adopted = try TrafficControl.ensure(
      new.program, interface: DatapathCheck.interface, .ingress, pinnedAt: path)
    try Loopback.send(4)
    try expect("packets that the old program counted after it was replaced", try old.value, 2)
    try expect("packets that the new program counted", try new.value, 4)
    try Link.unpin(path)
    try adopted.detach()
    return ""
  }
}

/// A program that counts its packets and has no opinion on them.
final class Counter {
  let program: LoadedProgram
  private let map: TypedMap<UInt32, UInt64>

  init() throws {
    let spec = MapSpec(name: "count", type: .array, key: UInt32.self, value: UInt64.self, maxEntries: 1)
    var code = Assembler()
    code.store(.word, .r10, -4, 0)
    code.move(.r2, .r10)
    code.arithmetic(.add, .r2, -4)
    code.loadMap(.r1, "count")
    code.call(.mapLookUp)
    code.jump(.equal, .r0, 0, to: "done")
    code.move(.r1, 1)
    code.atomicAdd(.double, .r0, 0, .r1)
    code.label("done")
    code.move(.r0, -1)
    code.exit()
    let program = try code.program("counter", type: .schedulerClassifier)
    let object = try ObjectSpec(name: "counter", maps: [spec], programs: [program]).load()
    map = try object.maps.typed("count", UInt32.self, UInt64.self)
    self.program = try object.program("counter")
  }

  var value: UInt64 {
    get throws { try map.lookUp(0) ?? 0 }
  }
}

/// Real packets that never leave the machine.
enum Loopback {
  /// Sends that many datagrams to a socket on 127.0.0.1.
  static func send(_ count: Int) throws {
    let sender = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    let receiver = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard sender >= 0, receiver >= 0 else { throw Unexpected("no socket: errno \(errno)") }
    defer {
      close(sender)
      close(receiver)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { address in
      try address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard bind(receiver, address, length) == 0, getsockname(receiver, address, &length) == 0 else {
          throw Unexpected("no port on the loopback interface: errno \(errno)")
        }
        for _ in 0..<count where sendto(sender, "x", 1, 0, address, length) != 1 {
          throw Unexpected("a packet was not sent: errno \(errno)")
        }
      }
    }
  }
}
