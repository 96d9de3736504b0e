extension KernelError {
  /// The remedy for an error number that means the same thing whatever it was tried on.
  static func fix(for errno: Errno, operation: String) -> String? {
    switch errno {
    case .operationNotPermitted:
      return "Run as root, or grant CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON."
    case .argumentListTooLong where operation == "load":
      return
        "The program is larger than this kernel verifies: 1,000,000 processed instructions with CAP_BPF, 4,096 without."
    case .argumentListTooLong:
      return "The map is full, or the key is past its last index: raise its max entries."
    case .noEntry where operation == "pin":
      return "Mount bpffs (mount -t bpf bpf /sys/fs/bpf) and create the folder first."
    case .noLink:
      return "The interface is gone and its link with it: attach anew."
    case .noDevice where operation == "attach":
      return "No such interface in the calling thread's network namespace."
    case .stale:
      return "Somebody else changed what is attached meanwhile: query again and retry."
    default:
      return nil
    }
  }
}
