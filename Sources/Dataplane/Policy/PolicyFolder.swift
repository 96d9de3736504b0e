import FoundationEssentials
import Glibc
import Policy

/// The folder of files that tell what is enforced where, for `calico-bpf policy`. Nothing that decides reads them.
public struct PolicyFolder: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// Writes a file at once: whoever reads meanwhile sees all of the old one or all of the new one.
  func write(_ record: PolicyRecord) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try encoder.encode(record).write(to: URL(filePath: "\(path)/\(record.fileName)"), options: .atomic)
  }

  /// One that is not there is no error.
  func remove(_ name: String) { unlink("\(path)/\(name)") }

  /// Removes the files of whoever wrote here before.
  public func clear() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where Self.isOurs(name) {
      remove(name)
    }
  }

  private static func isOurs(_ name: String) -> Bool {
    ["_ingress_v4.json", "_egress_v4.json", "_ingress_v6.json", "_egress_v6.json"].contains { name.hasSuffix($0) }
  }
}
