import Foundation
import Netlink
import Testing

@testable import Lab

@Suite("What a lab remembers")
struct StateTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "lab-state-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func cleanUp() { try? FileManager.default.removeItem(atPath: folder) }

  private func state(bootID: String = "b") -> LabState {
    var state = LabState(
      name: .standard, nodeCount: 3, apiPort: 6443, created: Date(timeIntervalSince1970: 1_000), bootID: bootID)
    state.processes["node1"] = ProcessIdentity(pid: 42, startTime: 7)
    state.isComplete = true
    return state
  }

  @Test("State survives the way through its file")
  func roundTrip() throws {
    defer { cleanUp() }
    let file = JSONFile<LabState>(path: "\(folder)/state.json")
    #expect(try file.load() == nil)
    try file.save(state())
    #expect(try file.load() == state())
  }

  @Test("A damaged file is an error that names it, and stays as it is")
  func damage() throws {
    defer { cleanUp() }
    let path = "\(folder)/state.json"
    try Data("{\"version\": 1".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: LabError.self) { try JSONFile<LabState>(path: path).load() }
    #expect(error?.problem.hasPrefix("\(path) cannot be read") == true)
    #expect(FileManager.default.contents(atPath: path) == Data("{\"version\": 1".utf8))
  }

  @Test("After a restart of the machine the lab's processes are known to be gone")
  func reboot() {
    var same = state(bootID: "b")
    same.forgetProcesses(ofOtherBootThan: "b")
    #expect(same.processes.count == 1)
    var other = state(bootID: "a")
    other.forgetProcesses(ofOtherBootThan: "b")
    #expect(other.processes.isEmpty)
    #expect(!other.isComplete)
    #expect(other.nodeCount == 3)
  }

  @Test("Two commands cannot change a lab at once; the second one says who does")
  func lock() throws {
    defer { cleanUp() }
    let file = "\(folder)/lock"
    let first = try LabLock(file: file)
    let error = #expect(throws: LabError.self) {
      let second = try LabLock(file: file)
      _ = consume second
    }
    #expect(error?.problem == "another command is changing this lab (process \(getpid()))")
    _ = consume first
    let third = try LabLock(file: file)
    _ = consume third
  }

  @Test("A pod's record tells all that was made for it")
  func records() throws {
    defer { cleanUp() }
    let record = PodRecord(
      uid: "0a-1", pod: PodName(namespace: "default", name: "web-1"), node: "node1", namespace: "apus-default.web-1",
      nodeNamespace: "apus-node1", interface: "cali0", addresses: [InetAddress(10, 65, 1, 2)], controlGroup: "/x",
      processes: ["web": ProcessIdentity(pid: 1, startTime: 2)])
    let records = PodRecords(folder: folder)
    try records.save(record)
    #expect(try records.all() == [record])
    records.remove("0a-1")
    #expect(try records.all().isEmpty)
  }

  @Test("A folder with somebody else's files is not taken")
  func foreignFolder() throws {
    defer { cleanUp() }
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/precious"))
    let location = try LabLocation(folder: folder)
    #expect(throws: LabError.self) { try location.prepareFolder() }
    #expect(FileManager.default.fileExists(atPath: "\(folder)/precious"))
  }

  @Test("An impossible name says what a name is")
  func name() {
    let error = #expect(throws: LabError.self) { try LabLocation(name: "My-Lab") }
    #expect(error?.description.contains("\"My-Lab\" cannot be the name of a lab") == true)
  }
}
