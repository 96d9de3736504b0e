import Foundation
import Netlink
import Synchronization

@testable import Lab

/// What a question to a service came to.
enum OutsideAnswer: Equatable, CustomStringConvertible {
  /// By whom, and the client's address as the server saw it.
  case by(String, seen: String)
  /// At once: by a RST, or by an ICMP error.
  case refused
  case silence
  /// Neither, or no answer of ours.
  case other(String)

  var description: String {
    switch self {
    case .by(let name, let seen): "\(name), which saw \(seen)"
    case .refused: "refused"
    case .silence: "silence"
    case .other(let text): text
    }
  }
}

/// One question from a new socket; its process is in no control group of the lab, so packets are balanced.
struct OutsideCall {
  let transport: ClientSocket.Transport
  let namespace: String
  let address: InetAddress
  let port: UInt16
  /// Seconds until silence is silence.
  var limit = 3.0

  /// Each call has a port of its own, above those that the kernel chooses: two flows from one port to one backend would have to
  /// be told apart by another source port. They come round after some 4,500 calls.
  private static let count = Atomic<UInt32>(0)
  private static let ports: ClosedRange<UInt16> = 61_001...65_535

  /// The answer, and the port that the question came from.
  func ask() throws -> (answer: OutsideAnswer, port: UInt16) {
    let number = Self.count.wrappingAdd(1, ordering: .relaxed).oldValue
    let own = Self.ports.lowerBound + UInt16(number % UInt32(Self.ports.count))
    let socket = try ClientSocket(
      transport, in: namespace, isIPv6: address.family == .ipv6, from: own, limit: limit)
    let error = socket.dial(address, port)
    guard error == 0 else { return (Self.meaning(error), own) }
    let notSent = socket.send(Array("who".utf8))
    guard notSent == 0 else { return (Self.meaning(notSent), own) }
    let (bytes, failure) = socket.receiveOrError()
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
    guard words.count == 3 else { return (Self.meaning(failure), own) }
    return (.by(words[0], seen: "\(words[1]) \(words[2])"), own)
  }

  /// Nil if the server is `name` and sees the client as `source`, by the client's own port unless that is translated.
  func failure(by name: String, from source: InetAddress, keepsPort: Bool = true) throws -> String? {
    let (answer, port) = try ask()
    if case .by(name, let seen) = answer {
      if keepsPort ? seen == "\(source) \(port)" : seen.hasPrefix("\(source) ") { return nil }
    }
    return "\(self): expected \(name), which sees \(source) \(port), got \(answer)"
  }

  private static func meaning(_ error: Int32) -> OutsideAnswer {
    switch error {
    case ECONNREFUSED: .refused
    // Of a connection that nobody answers, and of an answer that does not come.
    case EINPROGRESS, EAGAIN, ETIMEDOUT: .silence
    default: .other(error == 0 ? "an end, or no answer of ours" : String(cString: strerror(error)))
    }
  }
}

extension OutsideCall: CustomStringConvertible {
  var description: String { "\(transport) from \(namespace) to \(address) port \(port)" }
}
