import Foundation

/// A log file, read from its end.
public struct LogFile: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// The most that is read to find the last lines, in bytes.
  private static let window = 1 << 20

  /// The last lines; fewer if there are not so many, none if there is no file.
  public func lastLines(_ count: Int) -> [String] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    let size = (try? file.seekToEnd()) ?? 0
    try? file.seek(toOffset: size > Self.window ? size - UInt64(Self.window) : 0)
    let data = (try? file.readToEnd()) ?? Data()
    var lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.suffix(count).map(String.init)
  }

  /// Writes what is appended from `offset` on, until the task is cancelled.
  public func follow(from offset: UInt64, _ write: (Data) -> Void) async throws {
    var offset = offset
    while !Task.isCancelled {
      if let file = FileHandle(forReadingAtPath: path) {
        defer { try? file.close() }
        // A log that became shorter was begun anew.
        if let size = try? file.seekToEnd(), size < offset { offset = 0 }
        try file.seek(toOffset: offset)
        if let data = try file.readToEnd(), !data.isEmpty {
          write(data)
          offset += UInt64(data.count)
        }
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// Bytes in the file; 0 if there is none.
  public var size: UInt64 {
    guard let file = FileHandle(forReadingAtPath: path) else { return 0 }
    defer { try? file.close() }
    return (try? file.seekToEnd()) ?? 0
  }
}
