import Foundation
import Netlink

@testable import Lab

/// A flow of the client outside that begins by node3 and goes on by node1.
struct PathMove {
  /// That the client dials.
  let address: InetAddress
  /// A file that the client makes once it has been answered by the first way, and waits to see gone.
  let pause: String

  /// - Parameter moved: called before anything comes by the second way; nothing is under way by the first.
  func run(_ script: (_ pause: String?) -> String, _ moved: () -> Void) async throws -> CommandResult {
    try await lead(by: 2)
    let client = script(pause)
    do {
      async let result = TestLab.shell(in: "client", client)
      if try await pauses() {
        // The acknowledgement of the first answer.
        try await Task.sleep(for: .milliseconds(200))
        try await lead(by: 0)
        moved()
        try FileManager.default.removeItem(atPath: pause)
      }
      let output = try await result
      try await leadAsOthers()
      return output
    } catch {
      try? await leadAsOthers()
      throw error
    }
  }

  /// Whether the client gets as far.
  private func pauses() async throws -> Bool {
    for _ in 0..<300 {
      if FileManager.default.fileExists(atPath: pause) { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  private func lead(by node: Int) async throws {
    let host = try TestLab.topology().nodes[node].host
    guard let router = host.addresses.map(\.address).first(where: { $0.family == address.family }) else {
      throw LabError("\(host.name) has no address like \(address)")
    }
    try await TestLab.runScript(in: "client", "ip route replace \(address) via \(router)")
  }

  private func leadAsOthers() async throws {
    try await TestLab.runScript(in: "client", "ip route del \(address)")
  }
}
