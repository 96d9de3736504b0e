import Foundation
import Netlink
import Synchronization
import Testing

@testable import Lab

extension RealTraffic.Outside {
  @Test(
    "all backends are replaced one after the other under 500 connections a second from outside: none fails",
    arguments: [Mode.tunnel, .direct])
  func replacement(mode: Mode) async throws {
    let pods = RollingPods()
    do {
      try await Self.with(mode) { try await Self.replace(pods, mode) }
    } catch {
      try? await pods.remove()
      throw error
    }
    try await pods.remove()
  }

  private static func replace(_ pods: RollingPods, _ mode: Mode) async throws {
    try await pods.makeService()
    try await pods.start([0, 1, 2])
    let cluster = try OutsideCluster()
    let load = ConnectionLoad(cluster)
    try await TestLab.eventually("the service answers everywhere") { load.isAnsweredEverywhere() }
    load.start()
    let result: Result<Void, any Error>
    do {
      for number in 0...2 {
        try await pods.start([number + 3])
        try await pods.end(number)
      }
      for number in 0...2 { try await pods.waitForEnd(number) }
      try await Task.sleep(for: .milliseconds(500))
      result = .success(())
    } catch { result = .failure(error) }
    let outcome = load.stop()
    try result.get()
    let rate = Double(outcome.count) / (outcome.duration / .seconds(1))
    print(
      "connections from outside while backends are replaced, \(mode.rawValue): \(outcome.count), \(Int(rate)) a second")
    #expect(outcome.failures.isEmpty, "\(outcome.failures.count) of \(outcome.count): \(outcome.failures.prefix(5))")
    #expect(rate > 250)
    #expect(outcome.names == Set((0...5).map { RollingPods.name($0) }))
  }
}

/// Connections one after the other, 500 a second, each with a question; to each node in turn, by both families.
private final class ConnectionLoad: Sendable {
  struct Outcome {
    var count = 0
    var failures: [String] = []
    var names: Set<String> = []
    var duration = Duration.zero
  }

  private let goals: [InetAddress]
  private let namespace: String
  private let isStopped = Atomic(false)
  private let done = DispatchSemaphore(value: 0)
  private let outcome = Mutex(Outcome())

  init(_ cluster: OutsideCluster) {
    goals = [0, 1].flatMap { family in (1...3).map { cluster.node($0, family) } }
    namespace = cluster.client.namespace
  }

  func isAnsweredEverywhere() -> Bool { goals.allSatisfy { (try? ask($0)) != nil } }

  /// From a thread of its own, for two minutes at most.
  func start() {
    Thread { [self] in
      var result = Outcome()
      let (clock, start) = (ContinuousClock(), ContinuousClock.now)
      while !isStopped.load(ordering: .relaxed), clock.now - start < .seconds(120) {
        let goal = goals[result.count % goals.count]
        result.count += 1
        do { result.names.insert(try ask(goal)) } catch {
          result.failures.append("\(clock.now - start), \(goal): \(error)")
        }
        let ahead = Duration.milliseconds(2 * result.count) - (clock.now - start)
        if ahead > .zero { usleep(UInt32(ahead / .microseconds(1))) }
      }
      result.duration = clock.now - start
      outcome.withLock { [result] in $0 = result }
      done.signal()
    }.start()
  }

  func stop() -> Outcome {
    isStopped.store(true, ordering: .relaxed)
    done.wait()
    return outcome.withLock { $0 }
  }

  /// Who answered.
  private func ask(_ goal: InetAddress) throws -> String {
    let socket = try ClientSocket(.tcp, in: namespace, isIPv6: goal.family == .ipv6, limit: 3)
    let error = socket.dial(goal, RollingPods.nodePort)
    guard error == 0 else { throw LabError("not connected: \(String(cString: strerror(error)))") }
    guard socket.send(Array("who".utf8)) == 0, let answer = socket.receive() else { throw LabError("no answer") }
    let words = String(decoding: answer, as: UTF8.self).split(separator: " ")
    guard words.count == 3 else { throw LabError("\(words)") }
    return String(words[0])
  }
}
