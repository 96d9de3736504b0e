/// What a program is for, `enum bpf_prog_type` (linux/bpf.h). Those in use have names.
public struct ProgramType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let socketFilter = ProgramType(rawValue: 1)
  /// tc: clsact filters and tcx links.
  public static let schedulerClassifier = ProgramType(rawValue: 3)
  public static let xdp = ProgramType(rawValue: 6)
  public static let cgroupPacket = ProgramType(rawValue: 8)
  public static let cgroupSocket = ProgramType(rawValue: 9)
  public static let cgroupSocketAddress = ProgramType(rawValue: 18)
  public static let rawTracepoint = ProgramType(rawValue: 17)
  public static let systemCall = ProgramType(rawValue: 31)
}

/// Where a program is attached, `enum bpf_attach_type` (linux/bpf.h). Those in use have names.
public struct AttachType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let cgroupIngress = AttachType(rawValue: 0)
  public static let cgroupEgress = AttachType(rawValue: 1)
  public static let cgroupSocketCreate = AttachType(rawValue: 2)
  public static let cgroupConnect4 = AttachType(rawValue: 10)
  public static let cgroupConnect6 = AttachType(rawValue: 11)
  public static let cgroupSendmsg4 = AttachType(rawValue: 14)
  public static let cgroupSendmsg6 = AttachType(rawValue: 15)
  public static let cgroupRecvmsg4 = AttachType(rawValue: 19)
  public static let cgroupRecvmsg6 = AttachType(rawValue: 20)
  public static let cgroupGetpeername4 = AttachType(rawValue: 29)
  public static let cgroupGetpeername6 = AttachType(rawValue: 30)
  public static let xdp = AttachType(rawValue: 37)
  public static let tcxIngress = AttachType(rawValue: 46)
  public static let tcxEgress = AttachType(rawValue: 47)
}

/// What the name of a program's section says: the part before the first `/` that is in the table, as libbpf has it.
struct SectionKind {
  let type: ProgramType
  let attach: AttachType?

  init?(section: String) {
    guard let row = SectionKind.table.first(where: { section == $0.name || section.hasPrefix($0.name + "/") }) else {
      return nil
    }
    type = row.type
    attach = row.attach
  }

  private static let table: [(name: String, type: ProgramType, attach: AttachType?)] = [
    // A program for tcx may serve clsact as well, so that it takes no expected attach type.
    ("tcx/ingress", .schedulerClassifier, .tcxIngress),
    ("tcx/egress", .schedulerClassifier, .tcxEgress),
    ("tcx", .schedulerClassifier, nil),
    ("tc", .schedulerClassifier, nil),
    ("classifier", .schedulerClassifier, nil),
    ("xdp", .xdp, .xdp),
    ("cgroup_skb/ingress", .cgroupPacket, .cgroupIngress),
    ("cgroup_skb/egress", .cgroupPacket, .cgroupEgress),
    ("cgroup/sock_create", .cgroupSocket, .cgroupSocketCreate),
    ("cgroup/connect4", .cgroupSocketAddress, .cgroupConnect4),
    ("cgroup/connect6", .cgroupSocketAddress, .cgroupConnect6),
    ("cgroup/sendmsg4", .cgroupSocketAddress, .cgroupSendmsg4),
    ("cgroup/sendmsg6", .cgroupSocketAddress, .cgroupSendmsg6),
    ("cgroup/recvmsg4", .cgroupSocketAddress, .cgroupRecvmsg4),
    ("cgroup/recvmsg6", .cgroupSocketAddress, .cgroupRecvmsg6),
    ("cgroup/getpeername4", .cgroupSocketAddress, .cgroupGetpeername4),
    ("cgroup/getpeername6", .cgroupSocketAddress, .cgroupGetpeername6),
    ("socket", .socketFilter, nil),
    ("syscall", .systemCall, nil),
  ]
}
