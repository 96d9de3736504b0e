/// What became of a packet.
struct Outcome: CustomStringConvertible {
  enum Verdict: Equatable {
    /// To the next program, then the host stack.
    case next
    case drop
    /// Straight to a pod or a neighbour; the flow's entry says where.
    case redirect
    case other(Int32)

    init(rawValue: Int32) {
      switch rawValue {
      case -1: self = .next
      case 2: self = .drop
      case 7: self = .redirect
      default: self = .other(rawValue)
      }
    }
  }

  let verdict: Verdict
  let bytes: [UInt8]
  let mark: UInt32

  /// Whether the packet goes straight on, looking just like `packet`, every checksum worked out from nothing.
  func isRedirected(as packet: Packet) -> Bool { verdict == .redirect && bytes == packet.bytes }

  /// Whether the packet goes to the host stack just as it came.
  func isLeft(as packet: Packet) -> Bool { verdict == .next && bytes == packet.bytes }

  var description: String {
    "\(verdict), mark \(mark), " + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
