import Glibc

/// The file system that holds pins.
public enum BPFFileSystem {
  /// Where it is mounted by custom.
  public static let defaultMountPoint = "/sys/fs/bpf"

  /// Whether a bpf file system is mounted at `path` or holds it.
  public static func contains(_ path: String) -> Bool {
    guard let mounts = try? SystemFile.text("/proc/self/mountinfo") else { return false }
    return type(of: path, mounts: mounts) == "bpf"
  }

  /// Mounts it unless it is there. Needs CAP_SYS_ADMIN.
  public static func mount(at path: String = defaultMountPoint) throws(KernelError) {
    if contains(path) { return }
    guard Glibc.mount("bpf", path, "bpf", 0, nil) == 0 else {
      throw KernelError("mount", "bpffs at \(path)", errno: .current)
    }
  }

  /// Creates `path` and the folders above it.
  ///
  /// - Throws: when the result does not lie on a bpf file system; nothing could be pinned there.
  public static func createFolder(_ path: String) throws(KernelError) {
    var prefix = ""
    for component in path.split(separator: "/") {
      prefix += "/" + component
      guard mkdir(prefix, 0o700) == 0 || errno == EEXIST else {
        throw KernelError("create folder", path, errno: .current)
      }
    }
    guard contains(path) else {
      throw KernelError(
        "create folder", path, detail: "not on a bpf file system",
        fix: "Mount it first: mount -t bpf bpf \(defaultMountPoint).")
    }
  }

  /// The type of the file system that holds the absolute `path`, from the text of /proc/self/mountinfo (proc(5)).
  static func type(of path: String, mounts: String) -> String? {
    var best: (length: Int, type: String)?
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 4, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
      let point = fields[4]
      let holds = point == "/" || path == point || path.hasPrefix(point + "/")
      // Of two mounts on one point the later hides the earlier.
      if holds, point.count >= best?.length ?? 0 { best = (point.count, String(fields[dash + 1])) }
    }
    return best?.type
  }
}
