import Foundation
import Testing

@testable import Lab

@Suite("Processes of the lab")
struct ProcessTests {
  private func sleeper(_ script: String) throws -> ProcessIdentity {
    try DetachedProcess(
      program: "/bin/sh", arguments: ["-c", script], environment: ["PATH=/usr/bin:/bin"], log: "/dev/null"
    ).start()
  }

  @Test("A name with spaces and parentheses does not confuse the reading of /proc/PID/stat")
  func stat() throws {
    let fields = ["S", "1"] + Array(repeating: "0", count: 17) + ["4711", "0"]
    let parsed = try #require(ProcessIdentity.fields(ofStat: "42 (a) (b c) \(fields.joined(separator: " "))"))
    #expect(parsed.state == "S")
    #expect(parsed.startTime == 4711)
    #expect(ProcessIdentity.fields(ofStat: "nonsense") == nil)
  }

  @Test("This process lives; one of the same number that started at another time is another")
  func identity() throws {
    let own = try #require(ProcessIdentity(living: getpid()))
    #expect(own.isAlive)
    #expect(try #require(own.age) >= .zero)
    let other = ProcessIdentity(pid: own.pid, startTime: own.startTime + 1)
    #expect(!other.isAlive)
    #expect(try !other.send(0), "a signal does not go to a process that is not the one meant")
  }

  @Test("SIGTERM is enough for a process that heeds it")
  func gentleStop() async throws {
    let process = try sleeper("exec sleep 30")
    #expect(try await process.stop(grace: .seconds(5)))
    #expect(!process.isAlive)
  }

  @Test("A process that does not heed SIGTERM is killed after the grace period")
  func hardStop() async throws {
    let process = try sleeper("trap '' TERM; while :; do sleep 0.05; done")
    try await Task.sleep(for: .milliseconds(200))
    #expect(try await !process.stop(grace: .milliseconds(300)))
    #expect(!process.isAlive)
  }

  @Test(
    "The end of a child is told with its exit code or signal",
    arguments: [
      ("exit 0", ProcessExit.code(0)), ("exit 7", .code(7)), ("kill -9 $$", .signal(9)),
    ])
  func exit(script: String, expected: ProcessExit) async throws {
    let process = try sleeper("sleep 0.1; \(script)")
    #expect(try await process.waitForExit() == expected)
  }

  @Test("Exit codes are given as shells give them")
  func exitCodes() {
    #expect(ProcessExit.signal(15).code == 143)
    #expect(ProcessExit.code(3).reason == "ended with code 3")
    #expect(ProcessExit.code(0).reason == nil)
    #expect(ProcessExit.signal(9).reason == "ended by signal 9 (Killed)")
  }

  @Test("A program that is not there is an error that names it")
  func missingProgram() {
    let process = DetachedProcess(program: "/nowhere/x", arguments: [], environment: [], log: "/dev/null")
    #expect(throws: LabError("/nowhere/x cannot be started: No such file or directory")) { try process.start() }
    #expect(throws: LabError("there is no program \"x\" in any of the folders /nowhere")) {
      try Enclosure.find("x", ["PATH=/nowhere"])
    }
  }

  @Test("The version 2 hierarchy is found alone and beside version 1")
  func controlGroups() {
    let hybrid = """
      tmpfs /sys/fs/cgroup tmpfs rw 0 0
      cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0
      cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
      """
    #expect(ControlGroup.mountPoint(inMounts: hybrid) == "/sys/fs/cgroup/unified")
    #expect(ControlGroup.mountPoint(inMounts: "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0") == "/sys/fs/cgroup")
    #expect(ControlGroup.mountPoint(inMounts: "tmpfs /sys/fs/cgroup tmpfs rw 0 0") == nil)
  }
}
