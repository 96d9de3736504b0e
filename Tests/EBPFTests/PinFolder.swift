import Glibc

@testable import EBPF

/// A folder in bpffs for one test; what is in it goes with it.
final class PinFolder: Sendable {
  let path: String

  init(_ name: String) throws {
    try BPFFileSystem.mount()
    path = "\(BPFFileSystem.defaultMountPoint)/apus-test-\(name)-\(getpid())"
    try BPFFileSystem.createFolder(path)
  }

  deinit {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        unlink("\(path)/\(name)")
      }
      closedir(folder)
    }
    rmdir(path)
  }
}
