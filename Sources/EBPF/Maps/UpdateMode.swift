/// Whether an update may create or replace (`BPF_ANY`, `BPF_NOEXIST`, `BPF_EXIST`).
public enum UpdateMode: UInt64, Sendable {
  /// Create or replace.
  case any = 0
  /// Only create: an element that is there is `EEXIST`.
  case create = 1
  /// Only replace: an element that is missing is `ENOENT`.
  case replace = 2
}
