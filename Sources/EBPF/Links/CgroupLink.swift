import Glibc

extension Link {
  /// Attaches `program` to the cgroup v2 folder `path`, for its processes and those of the folders below.
  public static func attachCgroup(
    _ program: borrowing LoadedProgram, path: String, _ attach: AttachType
  ) throws(KernelError) -> Link {
    let subject = "program \(program.name) at cgroup \(path)"
    let folder = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw KernelError("attach", subject, errno: .current) }
    let descriptor = Descriptor(owning: folder)
    defer { withExtendedLifetime(descriptor) {} }
    return try create(program, target: UInt32(bitPattern: descriptor.rawValue), attach, subject: subject)
  }
}
