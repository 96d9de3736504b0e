import EBPF
import Glibc

/// A node's folder in bpffs, where all that outlives the agent has its names.
public struct PinFolder: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// `maps/<kernel name>`.
  public var maps: String { "\(path)/maps" }
  /// `links/<interface>_<ingress|egress>` and `links/cgroup_<hook>`.
  public var links: String { "\(path)/links" }

  public func link(_ slot: AttachmentSlot) -> String { "\(links)/\(slot)" }

  /// Makes the folders.
  ///
  /// - Throws: when they do not lie on a bpf file system.
  public func create() throws(KernelError) {
    try BPFFileSystem.createFolder(maps)
    try BPFFileSystem.createFolder(links)
  }

  /// The slots that have a pin, in order. Files that are not named like one are not ours.
  public func slots() throws(KernelError) -> [AttachmentSlot] {
    try names(in: links).compactMap { AttachmentSlot(pinName: $0) }.sorted()
  }

  /// The names in a folder; none if it is not there.
  func names(in folder: String) throws(KernelError) -> [String] {
    guard let stream = opendir(folder) else {
      if errno == ENOENT { return [] }
      throw KernelError("list", folder, detail: String(cString: strerror(errno)))
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes every pin of ours, and the folders if nothing else is in them.
  public func removeAll() throws(KernelError) {
    for folder in [links, maps] {
      for name in try names(in: folder) { try Map.unpin("\(folder)/\(name)") }
      rmdir(folder)
    }
    rmdir(path)
  }
}
