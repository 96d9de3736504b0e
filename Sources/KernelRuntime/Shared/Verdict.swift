/// What a tc program tells the kernel to do with a packet (linux/pkt_cls.h, enum tcx_action_base in linux/bpf.h).
public struct Verdict: RawRepresentable, Equatable, Sendable {
  public var rawValue: Int32
  @inline(__always) public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Nothing to say: the next program, then the host stack (TCX_NEXT, TC_ACT_UNSPEC).
  @inline(__always) public static var next: Verdict { Verdict(rawValue: -1) }
  /// Away with it (TC_ACT_SHOT).
  @inline(__always) public static var drop: Verdict { Verdict(rawValue: 2) }
  /// Sent where a redirect helper said (TC_ACT_REDIRECT).
  @inline(__always) public static var redirect: Verdict { Verdict(rawValue: 7) }
}
