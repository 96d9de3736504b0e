/// Something that kernels have from some version on, or not, whatever their version says: backports and build options.
public struct Feature: Sendable {
  public let name: String
  /// The first mainline kernel with it.
  public let since: KernelVersion
  /// Tries it; must leave nothing behind.
  let probe: @Sendable () throws(KernelError) -> Bool

  /// Tries the feature.
  ///
  /// - Throws: when the trial itself failed, as for lack of privileges; the answer is then not known.
  public func isAvailable() throws(KernelError) -> Bool {
    do throws(KernelError) {
      return try probe()
    } catch {
      throw KernelError("probe for", name, errno: error.errno, detail: error.detail, fix: error.fix, log: error.log)
    }
  }

  /// Does nothing where the feature is there.
  ///
  /// - Throws: with the version that has it, where it is missing.
  public func require() throws(KernelError) {
    guard !(try isAvailable()) else { return }
    let running = KernelVersion.running.map { "\($0)" } ?? "unknown"
    throw KernelError(
      "find", name, detail: "this kernel (\(running)) lacks it", fix: "It is in mainline kernels since \(since).")
  }
}

extension Feature {
  /// Everything that is probed for.
  public static let all: [Feature] = [
    btf, batchOperations, ringBuffer, redirectPeer, redirectNeighbour, loop, setReturnValue, tcx, kernelTypes,
  ]

  public static let btf = Feature(name: "BTF", since: KernelVersion(4, 18)) { () throws(KernelError) in
    try Probe.btf()
  }
  public static let batchOperations = Feature(name: "map batches", since: KernelVersion(5, 6)) {
    () throws(KernelError) in try Probe.batch()
  }
  public static let ringBuffer = Feature(name: "ring buffer", since: KernelVersion(5, 8)) {
    () throws(KernelError) in
    try Probe.map(MapSpec(name: "probe", type: .ringBuffer, keySize: 0, valueSize: 0, maxEntries: 4096))
  }
  public static let redirectPeer = Feature(name: "bpf_redirect_peer", since: KernelVersion(5, 10)) {
    () throws(KernelError) in try Probe.helper(.redirectPeer)
  }
  public static let redirectNeighbour = Feature(name: "bpf_redirect_neigh", since: KernelVersion(5, 10)) {
    () throws(KernelError) in try Probe.helper(.redirectNeighbour)
  }
  public static let loop = Feature(name: "bpf_loop", since: KernelVersion(5, 17)) { () throws(KernelError) in
    try Probe.helper(.loop)
  }
  /// A cgroup program says what the system call that it refuses fails with.
  public static let setReturnValue = Feature(name: "bpf_set_retval", since: KernelVersion(5, 18)) {
    () throws(KernelError) in
    try Probe.helper(.setReturnValue, from: .cgroupSocketAddress, attach: .cgroupConnect4)
  }
  public static let tcx = Feature(name: "tcx", since: KernelVersion(6, 6)) { () throws(KernelError) in
    try Probe.tcx()
  }
  public static let kernelTypes = Feature(name: "the kernel's own BTF", since: KernelVersion(5, 4)) {
    () throws(KernelError) in try Probe.file("/sys/kernel/btf/vmlinux")
  }
}
