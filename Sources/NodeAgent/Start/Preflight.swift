import EBPF
import Glibc
import Logging

/// What must hold before the agent touches anything, and what it finds out about the kernel.
enum Preflight {
  /// - Throws: the first thing that is missing, in one sentence.
  static func check(_ configuration: AgentConfiguration) throws(AgentError) {
    guard geteuid() == 0 else {
      throw AgentError("apus node loads programs into the kernel and changes routes: start it as root")
    }
    guard BPFFileSystem.contains(configuration.bpffs) else {
      throw AgentError(
        "\(configuration.bpffs) is not on a bpf file system, so nothing could be kept there: "
          + "mount -t bpf bpf \(BPFFileSystem.defaultMountPoint), or give another --bpffs")
    }
    if let cgroup = configuration.cgroup, access("\(cgroup)/cgroup.procs", F_OK) != 0 {
      throw AgentError("\(cgroup) is not a cgroup v2 folder: create it there, or give another --cgroup")
    }
    if case .matching(let pattern) = configuration.dataInterfaces, (try? Regex(pattern)) == nil {
      throw AgentError("--data-interface \"\(pattern)\" is not a regular expression")
    }
  }

  /// Tries each feature, says what came of it, and requires those without which no packet can be forwarded.
  static func probe(_ logger: Logger) throws {
    var found: Logger.Metadata = [:]
    for feature in Feature.all {
      let isAvailable = try feature.isAvailable()
      found[feature.name] = isAvailable ? "yes" : "no (in kernels since \(feature.since))"
    }
    logger.notice("kernel \(KernelVersion.running.map { "\($0)" } ?? "unknown")", metadata: found)
    for feature in [Feature.redirectPeer, .redirectNeighbour] { try feature.require() }
    let hasTCX = try Feature.tcx.isAvailable()
    logger.notice("programs are attached by \(hasTCX ? "tcx links" : "clsact filters, because this kernel has no tcx")")
  }
}
