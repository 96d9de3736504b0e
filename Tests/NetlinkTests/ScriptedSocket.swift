import Synchronization

@testable import Netlink

/// A socket without a kernel: keeps what was sent, and plays answers one by one.
final class ScriptedSocket: NetlinkSocket {
  enum Step: Sendable {
    case datagram([UInt8])
    case failure(SocketFailure)
  }

  private let state: Mutex<(sent: [[UInt8]], answers: [Step])>

  init(script: [Step]) { state = Mutex(([], script)) }

  convenience init(_ script: Step...) { self.init(script: script) }

  var sent: [[UInt8]] { state.withLock { $0.sent } }

  func send(_ datagram: [UInt8]) throws(SocketFailure) { state.withLock { $0.sent.append(datagram) } }

  /// The next answer; a script that has ended is a kernel that says nothing.
  func receive(until deadline: ContinuousClock.Instant) throws(SocketFailure) -> [UInt8] {
    let step = state.withLock { $0.answers.isEmpty ? Step.failure(.timedOut) : $0.answers.removeFirst() }
    switch step {
    case .datagram(let bytes): return bytes
    case .failure(let failure): throw failure
    }
  }
}

/// Bytes from hexadecimal digits; `#` starts a comment, white space means nothing.
func hex(_ text: String) -> [UInt8] {
  let digits = text.split(separator: "\n").flatMap { $0.prefix { $0 != "#" } }.filter { !$0.isWhitespace }
  return stride(from: 0, to: digits.count, by: 2).compactMap { index in
    digits.count > index + 1 ? UInt8(String(digits[index...index + 1]), radix: 16) : nil
  }
}

/// "Yes", as the kernel says it to request 1.
let acknowledged = ScriptedSocket.Step.datagram(
  hex(
    """
    24000000 0200 0001 01000000 00000000   # length 36, NLMSG_ERROR, NLM_F_CAPPED, sequence 1
    00000000                               # no error
    00000000 0000 0000 01000000 00000000   # the request's header
    """))
