import Foundation

/// A control group of version 2: what runs in it, and its end.
public struct ControlGroup: Hashable, Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// Where the version 2 hierarchy is mounted: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside version 1.
  public static func mountPoint() throws(LabError) -> String {
    let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
    guard let path = mountPoint(inMounts: mounts) else {
      throw LabError(
        "no control groups of version 2 are mounted on this machine",
        advice: "Mount them: mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified")
    }
    return path
  }

  /// Reads /proc/mounts; the fields are device, folder, type, options.
  static func mountPoint(inMounts mounts: String) -> String? {
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count > 2, fields[2] == "cgroup2" { return String(fields[1]) }
    }
    return nil
  }

  public var exists: Bool { access(path, F_OK) == 0 }

  /// Makes the group and those above it.
  public func create() throws(LabError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw LabError("the control group \(path) cannot be made: \(error.localizedDescription)")
    }
  }

  /// Moves the calling process into the group.
  public func join() throws(LabError) {
    try write("0", to: "\(path)/cgroup.procs")
  }

  /// The processes in the group and in those below it.
  public var processes: [Int32] {
    let own = ((try? String(contentsOfFile: "\(path)/cgroup.procs", encoding: .utf8)) ?? "")
      .split(separator: "\n").compactMap { Int32($0) }
    return own + children.flatMap(\.processes)
  }

  private var children: [ControlGroup] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().map { "\(path)/\($0)" }.filter { isDirectory($0) }.map { ControlGroup(path: $0) }
  }

  private func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  /// Ends every process in the group and below, then removes the groups. Bounded; false if something is left.
  public func remove() async throws -> Bool {
    guard exists else { return true }
    for _ in 0..<100 {
      killAll()
      removeFolders()
      if !exists { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  /// SIGKILL for all in the group and below: by `cgroup.kill` (Linux 5.14), one by one where the kernel has none.
  func killAll() {
    if (try? write("1", to: "\(path)/cgroup.kill")) != nil { return }
    for pid in processes { Glibc.kill(pid, SIGKILL) }
  }

  private func removeFolders() {
    children.forEach { $0.removeFolders() }
    rmdir(path)
  }

  private func write(_ text: String, to file: String) throws(LabError) {
    let descriptor = open(file, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw LabError("\(file): \(errnoText())") }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count else {
      throw LabError("\(file): \(errnoText())")
    }
  }
}
