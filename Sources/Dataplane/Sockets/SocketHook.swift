import CalicoAPI
import EBPF

/// A hook of the node's cgroup, where one program of ours runs.
///
/// The order is that of attaching: answers can be shown as the frontend's before anything is sent to a backend.
public enum SocketHook: String, CaseIterable, Sendable {
  case getpeername4
  case getpeername6
  case recvmsg4
  case recvmsg6
  case sendmsg4
  case sendmsg6
  case connect4
  case connect6

  /// The file name of the link's pin.
  public var pinName: String { "cgroup_\(rawValue)" }

  var attachType: AttachType {
    switch self {
    case .getpeername4: .cgroupGetpeername4
    case .getpeername6: .cgroupGetpeername6
    case .recvmsg4: .cgroupRecvmsg4
    case .recvmsg6: .cgroupRecvmsg6
    case .sendmsg4: .cgroupSendmsg4
    case .sendmsg6: .cgroupSendmsg6
    case .connect4: .cgroupConnect4
    case .connect6: .cgroupConnect6
    }
  }

  /// The program that balances TCP, and the one that balances all protocols; nil where there is nothing to do.
  var programs: (tcp: DatapathProgram?, all: DatapathProgram) {
    switch self {
    case .getpeername4: (.getpeername4, .getpeername4)
    case .getpeername6: (.getpeername6, .getpeername6)
    case .recvmsg4: (nil, .recvmsg4)
    case .recvmsg6: (nil, .recvmsg6)
    case .sendmsg4: (nil, .sendmsg4)
    case .sendmsg6: (nil, .sendmsg6)
    case .connect4: (.connectTCP4, .connect4)
    case .connect6: (.connectTCP6, .connect6)
    }
  }

  /// The program that belongs here in a mode; nil for none.
  public func program(_ mode: ConnectTimeLoadBalancing) -> DatapathProgram? {
    switch mode {
    case .tcp: programs.tcp
    case .enabled: programs.all
    case .disabled: nil
    }
  }
}

/// A program of ours at a hook of a cgroup, as its pin tells.
public struct SocketAttachment: Hashable, Sendable {
  public var hook: SocketHook
  /// Whether it is the node's cgroup; false when that was made anew and only the pin is left.
  public var isHere: Bool
  /// The program it runs if that is just the one this process has loaded; nil for any other, such as an earlier version.
  public var program: DatapathProgram?

  public init(hook: SocketHook, isHere: Bool, program: DatapathProgram?) {
    self.hook = hook
    self.isHere = isHere
    self.program = program
  }
}
