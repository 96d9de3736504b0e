import CalicoAPI
import DataplaneABI

/// Calico's timeouts, and a sentence where others are asked for.
public enum DefaultTimeouts {
  public static let read: TimeoutsReading = { field in
    guard field == nil else { throw AgentError("bpfConntrackTimeouts is not read yet") }
    return .standard
  }
}
