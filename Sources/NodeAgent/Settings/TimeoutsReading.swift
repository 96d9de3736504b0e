import CalicoAPI
import Dataplane
import DataplaneABI
import Netlink

/// Understands `bpfConntrackTimeouts`; throws one sentence. It may look at kernel parameters for `Auto`.
public typealias TimeoutsReading = @Sendable (ConntrackTimeoutsField?) throws -> ConntrackTimeouts

/// Where `Auto` comes from.
public enum AutomaticTimeouts {
  /// The node's own kernel parameters, each time anew.
  public static let ofKernel: TimeoutsReading = { field in
    let namespace = try NetworkNamespace.current()
    return try timeouts(field) { name in
      (try? namespace.readSysctl("net/netfilter/\(name)")).flatMap { UInt64($0) }
    }
  }

  /// Nowhere: Calico's defaults stand in.
  public static let none: TimeoutsReading = { try timeouts($0) { _ in nil } }

  private static func timeouts(
    _ field: ConntrackTimeoutsField?, sysctl: ConntrackTimeouts.SysctlReader
  ) throws(ConntrackTimeoutsError) -> ConntrackTimeouts {
    switch field {
    case nil: try ConntrackTimeouts(text: "", sysctl: sysctl)
    case .text(let text): try ConntrackTimeouts(text: text, sysctl: sysctl)
    case .fields(let fields): try ConntrackTimeouts(fields: fields, sysctl: sysctl)
    }
  }
}
