import Foundation
import Netlink
import Synchronization

@testable import Lab

/// Asks places one after the other, each by TCP and UDP, from a thread of its own; the places may change meanwhile.
final class ChurnLoad: Sendable {
  struct Outcome {
    var count = 0
    var failures: [String] = []
  }

  /// Ports of its own, so that it never goes on with what another load's packets began. They come round after more than a
  /// minute, when the kernel lets go of a connection's.
  private static let ports: ClosedRange<UInt16> = 1024...19_999

  private let namespace: String
  private let limit: Double
  private let pause: UInt32
  private let hasOwnPorts: Bool
  private let places: Mutex<[ChurnPlace]>
  private let outcome = Mutex(Outcome())
  private let isStopped = Atomic(false)
  private let done = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - limit: seconds until silence is silence.
  ///   - pause: between two questions, microseconds.
  ///   - hasOwnPorts: one load of each namespace may have them; others get their ports of the kernel.
  init(
    from namespace: String, to places: Set<ChurnPlace>, limit: Double = 3, pause: UInt32 = 3000,
    hasOwnPorts: Bool = true
  ) {
    (self.namespace, self.limit, self.pause, self.hasOwnPorts) = (namespace, limit, pause, hasOwnPorts)
    self.places = Mutex(Array(places))
    Thread { [self] in
      run()
      done.signal()
    }.start()
  }

  /// What came of it since the last call.
  func take() -> Outcome {
    outcome.withLock { outcome in
      defer { outcome = Outcome() }
      return outcome
    }
  }

  /// Where to go on. What was on its way when this was called has an answer, or none, before it returns.
  func turn(to new: Set<ChurnPlace>) {
    places.withLock { $0 = Array(new) }
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    done.wait()
  }

  private func run() {
    var number = 0
    while !isStopped.load(ordering: .relaxed) {
      number += 1
      // Held during the call, so that nobody turns it elsewhere meanwhile.
      places.withLock { places in
        guard !places.isEmpty else { return }
        let place = places[number / 2 % places.count]
        let transport: ClientSocket.Transport = number.isMultiple(of: 2) ? .tcp : .udp
        let failure = ask(place, transport, number)
        outcome.withLock { outcome in
          outcome.count += 1
          if let failure { outcome.failures.append("\(transport) to \(place): \(failure)") }
        }
      }
      usleep(pause)
    }
  }

  /// Nil if somebody answered.
  private func ask(_ place: ChurnPlace, _ transport: ClientSocket.Transport, _ number: Int) -> String? {
    let port = hasOwnPorts ? Self.ports.lowerBound + UInt16(number % Self.ports.count) : nil
    let socket: ClientSocket
    do {
      socket = try ClientSocket(
        transport, in: namespace, isIPv6: place.address.family == .ipv6, from: port, limit: limit)
    } catch { return "\(error)" }
    let error = socket.dial(place.address, place.port)
    guard error == 0 else { return "not connected: \(String(cString: strerror(error)))" }
    let notSent = socket.send(Array("who".utf8))
    guard notSent == 0 else { return "not sent: \(String(cString: strerror(notSent)))" }
    let (bytes, failure) = socket.receiveOrError()
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    return words.count == 3 ? nil : "no answer: \(String(cString: strerror(failure)))"
  }
}

/// Connections that are opened once and asked again and again.
final class ChurnTalks {
  private var talks: [(name: String, socket: ClientSocket)] = []

  /// Opens one to each of these places.
  func open(from namespace: String, to places: Set<ChurnPlace>) throws {
    for place in places {
      let socket = try ClientSocket(.tcp, in: namespace, isIPv6: place.address.family == .ipv6, limit: 3)
      let error = socket.dial(place.address, place.port)
      guard error == 0 else { throw LabError("no talk with \(place): \(String(cString: strerror(error)))") }
      talks.append(("\(place)", socket))
    }
  }

  var count: Int { talks.count }

  /// Who does not answer.
  func silent() -> [String] {
    talks.filter { talk in
      guard talk.socket.send(Array("who".utf8)) == 0, let answer = talk.socket.receive() else { return true }
      return String(decoding: answer, as: UTF8.self).split(separator: " ").count != 3
    }.map(\.name)
  }
}
