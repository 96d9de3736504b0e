import Foundation
import Testing

/// Texts that are kept beside the tests. `APUS_GOLDEN=update` writes them anew; read the difference before committing.
enum Golden {
  static func expect(_ text: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/\(name).txt")
    if ProcessInfo.processInfo.environment["APUS_GOLDEN"] == "update" {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, "differs from Golden/\(name).txt", sourceLocation: location)
  }
}

/// Tools that a test needs and a machine may lack.
enum Tool {
  static let bpftool = ["/usr/sbin/bpftool", "/usr/bin/bpftool", "/sbin/bpftool"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  /// Whether programs can be loaded into this kernel.
  static let canLoad = bpftool != nil && geteuid() == 0
}
