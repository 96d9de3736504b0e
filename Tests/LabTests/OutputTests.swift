import Foundation
import Synchronization
import Testing

@testable import Lab

@Suite("What users see")
struct OutputTests {
  private var status: LabStatus {
    LabStatus(
      name: .standard, folder: "/var/lib/apus-lab", isComplete: true,
      processes: [
        .init(name: "control-plane", pid: 1200, age: .seconds(3_700), remark: "https://127.0.0.1:6443"),
        .init(name: "node1", pid: 1210, age: .seconds(59), remark: "10.77.0.1, fd77::1"),
        .init(name: "kubelet", pid: 1220, age: .seconds(200_000), remark: "runs the pods of all nodes"),
      ],
      pods: [
        .init(
          name: PodName(namespace: "default", name: "web-1"), node: "node1", isReady: true, status: "Running",
          addresses: ["10.65.1.2", "fd65:0:0:1::2"]),
        .init(
          name: PodName(namespace: "default", name: "client-pod"), node: "", isReady: false, status: "Pending",
          addresses: []),
      ],
      services: [
        .init(
          name: PodName(namespace: "default", name: "web"), addresses: ["10.96.17.4", "fd96::11"], ports: ["80/TCP"],
          endpoints: 3)
      ])
  }

  @Test("Status of a lab that is up")
  func healthy() throws {
    #expect(status.isHealthy)
    try expectGolden(status.text, "status-up.txt")
  }

  @Test("Status of a lab with dead processes and no API server")
  func broken() throws {
    var broken = status
    broken.processes[1].age = nil
    broken.processes[2].age = nil
    broken.processes[2].pid = nil
    broken.problem = "The API server does not answer: connection refused"
    #expect(!broken.isHealthy)
    try expectGolden(broken.text, "status-broken.txt")
  }

  @Test("Status of a lab whose start was interrupted")
  func incomplete() {
    var incomplete = status
    incomplete.isComplete = false
    #expect(
      incomplete.text.hasPrefix(
        "Lab apus: not completely up; bin/lab up goes on where it stopped. State and logs: /var/lib/apus-lab\n"))
  }

  @Test("What to try next names the real addresses")
  func tour() throws {
    let text = Tour.text(
      pod: "client-pod", service: "web", namespace: "default", addresses: ["10.96.17.4", "fd96::11"], port: 80)
    try expectGolden(text + "\n", "tour.txt")
  }

  @Test("Ages are short", arguments: [(0, "0s"), (119, "119s"), (120, "2m"), (7_200, "2h0m"), (100_000, "1d3h")])
  func ages(seconds: Int, text: String) {
    #expect(LabStatus.short(.seconds(seconds)) == text)
  }

  @Test("Without a terminal each step is one plain line, with its time")
  func plainProgress() async throws {
    let text = Mutex("")
    let progress = Progress(isTerminal: false) { piece in text.withLock { $0 += piece } }
    try await progress.step("fabric") { "3 nodes" }
    try await progress.step("node1") { nil }
    await #expect(throws: LabError.self) { try await progress.step("node2") { throw LabError("no") } }
    let zeroed = text.withLock { $0 }.replacing(#/ +[0-9]+\.[0-9] s/#, with: "T")
    #expect(zeroed == "T  fabric: 3 nodes\nT  node1\nT  node2: failed\n")
  }

  @Test("At a terminal the line moves, and is replaced by the plain one")
  func movingProgress() async throws {
    let text = Mutex("")
    let progress = Progress(isTerminal: true) { piece in text.withLock { $0 += piece } }
    try await progress.step("fabric") {
      try await Task.sleep(for: .milliseconds(150))
      return nil
    }
    let output = text.withLock { $0 }
    #expect(output.hasPrefix("\r\u{1b}[K "))
    #expect(output.contains(" s  fabric …"))
    #expect(output.hasSuffix(" s  fabric\n"))
  }

  @Test("The last lines of a log, and no more")
  func log() throws {
    let path = NSTemporaryDirectory() + "lab-log-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(LogFile(path: path).lastLines(3).isEmpty)
    try Data("1\n2\n\n4\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(LogFile(path: path).lastLines(3) == ["2", "", "4"])
    #expect(LogFile(path: path).lastLines(10).count == 4)
    #expect(LogFile(path: path).size == 7)
  }
}

/// Compares with a file in `Golden/`; with UPDATE_GOLDEN set, writes it instead.
func expectGolden(_ text: String, _ name: String, file: String = #filePath) throws {
  let url = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
    try Data(text.utf8).write(to: url)
    return
  }
  #expect(text == (try String(contentsOf: url, encoding: .utf8)))
}
