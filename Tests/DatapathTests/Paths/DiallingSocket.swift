import DataplaneABI
import KernelRuntime
import PathTable

@testable import DatapathPrograms

/// The client's socket, and the programs of its node's cgroup that see its system calls. A TCP socket is connected; a UDP socket
/// is not, and sends each datagram to what it dials.
final class DiallingSocket {
  struct Target: Equatable {
    var place: Place
    var port: UInt16
  }

  /// What each kind of call cost, in the order that they came.
  private(set) var costs: [String] = []

  private let row: PathRow
  private let dialled: Target
  private let witnesses: Witnesses
  private var peer: Target
  private var sent = 0
  private var received = 0

  private struct Program {
    let name: String
    let body: (SocketContext) -> Int32

    init(_ name: String, _ body: @escaping (SocketContext) -> Int32) { (self.name, self.body) = (name, body) }
  }

  init(_ row: PathRow, dials dialled: Target, on witnesses: Witnesses) {
    self.row = row
    self.dialled = dialled
    self.witnesses = witnesses
    peer = dialled
  }

  private var is4: Bool { row.family == .ipv4 }

  /// What the next packet goes to.
  func send() throws -> Target {
    defer { sent += 1 }
    guard row.isBalancedAtSocket else { return peer }
    if row.transport == .tcp {
      if sent == 0 { peer = try run(connect, dialled, "connect") }
    } else {
      let program = is4 ? Program("sendmsg4", sendmsg4) : Program("sendmsg6", sendmsg6)
      peer = try run(program, dialled, sent == 0 ? "first send" : sent == 1 ? "send" : nil)
    }
    return peer
  }

  /// The application is to see answers come from what it dialled.
  func receive() throws {
    defer { received += 1 }
    guard row.isBalancedAtSocket, row.transport == .udp else { return }
    let program = is4 ? Program("recvmsg4", recvmsg4) : Program("recvmsg6", recvmsg6)
    let shown = try run(program, peer, received == 0 ? "receive" : nil)
    guard shown == dialled else { throw Mismatch("an answer is shown as one of \(shown)") }
  }

  private var connect: Program {
    switch (is4, row.balancing) {
    case (true, .enabled): Program("connect4", connect4)
    case (true, _): Program("connect4_tcp", connect4_tcp)
    case (false, .enabled): Program("connect6", connect6)
    case (false, _): Program("connect6_tcp", connect6_tcp)
    }
  }

  /// Has the program see a call about `target`; what it makes of that.
  private func run(_ program: Program, _ target: Target, _ call: String?) throws -> Target {
    let proto = row.transport == .tcp ? IPProtocolNumber.tcp : IPProtocolNumber.udp
    let socket = SimulatedSocketAddress(
      proto: UInt32(proto), port: BigEndian16(target.port), cookie: 1, namespaceCookie: 1)
    socket.address4 = IPv4Address(target.place)
    socket.address6 = IPv6Address(target.place)
    let outcome = try witnesses.run(socket, program.name, program.body)
    guard outcome.verdict == SocketVerdict.allow.rawValue else { throw Mismatch("\(program.name) refuses") }
    if let call { costs.append("\(call) \(outcome.instructions)") }
    let octets =
      is4 ? withUnsafeBytes(of: socket.address4) { Array($0) } : withUnsafeBytes(of: socket.address6) { Array($0) }
    return Target(place: Place(octets), port: socket.port.host)
  }
}
