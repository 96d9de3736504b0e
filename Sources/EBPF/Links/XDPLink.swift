/// How XDP meets the packets of an interface (`XDP_FLAGS_*` of linux/if_link.h).
public enum XDPMode: UInt32, Sendable {
  /// By the driver where it can, else generic.
  case automatic = 0
  /// After the kernel made a socket buffer: works everywhere, slower.
  case generic = 2
  case driver = 4
}

extension Link {
  /// Attaches `program` to the interface, in the calling thread's network namespace.
  public static func attachXDP(
    _ program: borrowing LoadedProgram, interface: UInt32, _ mode: XDPMode = .automatic
  ) throws(KernelError) -> Link {
    let subject = "program \(program.name) at XDP of interface \(interface)"
    return try create(program, target: interface, .xdp, flags: mode.rawValue, subject: subject)
  }
}
