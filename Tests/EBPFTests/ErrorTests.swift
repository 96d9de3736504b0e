import Testing

@testable import EBPF

@Suite("Errors")
struct ErrorTests {
  @Test("Lack of privileges names the capabilities")
  func privileges() {
    let error = KernelError("load", "program p", errno: .operationNotPermitted)
    #expect(
      error.description
        == "load program p: Operation not permitted (EPERM). Run as root, or grant CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON."
    )
  }

  @Test("The verifier's last lines are shown, its statistics are not, the rest is kept")
  func log() {
    let text = (1...9).map { "line \($0)" }.joined(separator: "\n") + "\nprocessed 9 insns (limit 1000000)\n"
    let error = KernelError("load", "program p", errno: .permissionDenied, log: VerifierLog(text))
    #expect(
      error.description == "load program p: Permission denied (EACCES)\nline 6\nline 7\nline 8\nline 9")
    #expect(error.log.text == text)
  }

  @Test("A file system's type is that of the closest mount")
  func mounts() {
    let mounts = """
      20 1 8:1 / / rw - ext4 /dev/sda1 rw
      30 20 0:26 / /sys rw,nosuid shared:7 - sysfs sysfs rw
      31 30 0:27 / /sys/fs/bpf rw - bpf bpf rw
      """
    #expect(BPFFileSystem.type(of: "/sys/fs/bpf/apus", mounts: mounts) == "bpf")
    #expect(BPFFileSystem.type(of: "/sys/fs/bpf", mounts: mounts) == "bpf")
    #expect(BPFFileSystem.type(of: "/sys/fs/bpfx", mounts: mounts) == "sysfs")
    #expect(BPFFileSystem.type(of: "/tmp", mounts: mounts) == "ext4")
  }

  @Test("Names are cut and cleaned as the kernel wants them")
  func names() {
    #expect(kernelName("cali_v4_nat_fe") == "cali_v4_nat_fe")
    #expect(kernelName("a-very long name, indeed") == "a_very_long_nam")
    #expect(kernelName("rodata.config") == "rodata.config")
  }
}
