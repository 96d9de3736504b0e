import Glibc

/// Whole files of procfs and sysfs, whose sizes are not told beforehand.
enum SystemFile {
  static func read(_ path: String, limit: Int = 64 << 20) throws(Errno) -> [UInt8] {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .current }
    defer { close(file) }
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while contents.count < limit {
      let count = Glibc.read(file, &chunk, chunk.count)
      guard count >= 0 else { throw .current }
      guard count > 0 else { break }
      contents.append(contentsOf: chunk[..<count])
    }
    return contents
  }

  static func text(_ path: String) throws(Errno) -> String { String(decoding: try read(path), as: UTF8.self) }
}
