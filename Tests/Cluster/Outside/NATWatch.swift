import Foundation
import Synchronization

@testable import Lab

/// Reads the service maps of all nodes again and again, and remembers when they changed.
final class NATWatch: Sendable {
  typealias States = [String: NATState]

  private struct Sighting {
    let at: ContinuousClock.Instant
    let states: States
  }

  private let nodes: [String]
  private let isStopped = Atomic(false)
  private let done = DispatchSemaphore(value: 0)
  private let sightings = Mutex<[Sighting]>([])
  private let failure = Mutex<(any Error)?>(nil)

  init(_ nodes: [String]) {
    self.nodes = nodes
    Thread { [self] in
      watch()
      done.signal()
    }.start()
  }

  static func now(_ nodes: [String]) throws -> States {
    var states: States = [:]
    for node in nodes { states[node] = try FoundNAT.state(on: node) }
    return states
  }

  private func watch() {
    while !isStopped.load(ordering: .relaxed) {
      do {
        let states = try Self.now(nodes)
        let now = ContinuousClock.now
        sightings.withLock { if $0.last?.states != states { $0.append(Sighting(at: now, states: states)) } }
      } catch { failure.withLock { $0 = error } }
      usleep(1000)
    }
  }

  /// The moment from which on all of them were as they should be; nil if they are not.
  func settled(as expected: States) throws -> ContinuousClock.Instant? {
    if let error = failure.withLock({ $0 }) { throw error }
    return sightings.withLock { sightings in
      guard let last = sightings.last, last.states == expected else { return nil }
      return last.at
    }
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    done.wait()
  }
}

/// What is wrong with all nodes' service maps, by what the API says.
enum NATCheck {
  static func expected(_ nodes: [String]) async throws -> NATWatch.States {
    let api = try await ExpectedNAT.read()
    var states: NATWatch.States = [:]
    for node in nodes { states[node] = try api.state(on: node) }
    return states
  }

  static func differences(_ found: NATWatch.States, _ expected: NATWatch.States) -> [String] {
    expected.keys.sorted().flatMap { node in
      (found[node] ?? NATState()).differences(from: expected[node] ?? NATState()).map { "\(node): \($0)" }
    }
  }
}
