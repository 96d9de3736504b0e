import DataplaneABI
import KernelRuntime

@testable import DatapathPrograms

/// Which sockets talk to which addresses.
enum SocketKind: CaseIterable, Sendable, CustomStringConvertible {
  case v4, v6
  /// A socket of IPv6 that talks IPv4.
  case mapped

  /// Of the packets that it sends.
  var family: FamilyName { self == .v6 ? .v6 : .v4 }
  var description: String { self == .mapped ? "IPv4-mapped" : "\(family)" }
}

/// A socket of a process on the node, and what the programs at its cgroup make of its system calls.
final class TestSocket {
  /// The address after a program has seen it, and whether the call goes on.
  struct Outcome: Equatable {
    var verdict: SocketVerdict
    var address: [UInt8]
    var port: UInt16
    /// What a refused call fails with; EPERM if nil.
    var failure: ErrorNumber?
  }

  private let world: World
  private let kind: SocketKind
  private let proto: UInt32
  private let cookie: UInt64
  private let namespace: UInt64

  init(
    _ kind: SocketKind, in world: World, proto: UInt32 = UInt32(IPProtocolNumber.tcp), cookie: UInt64 = 1,
    namespace: UInt64 = 1
  ) {
    self.world = world
    self.kind = kind
    self.proto = proto
    self.cookie = cookie
    self.namespace = namespace
  }

  /// connect(2), seen by the program for TCP only or by that for all protocols.
  @discardableResult
  func connect(to place: Place, _ port: UInt16 = 80, tcpOnly: Bool = false) -> Outcome {
    run(place, port) {
      switch (kind, tcpOnly) {
      case (.v4, false): connect4($0)
      case (.v4, true): connect4_tcp($0)
      case (_, false): connect6($0)
      case (_, true): connect6_tcp($0)
      }
    }
  }

  /// sendto(2). The kernel takes an IPv4-mapped address for the IPv4 one it holds.
  @discardableResult
  func send(to place: Place, _ port: UInt16 = 80) -> Outcome {
    let sees4 = kind != .v6
    return run(place, port, as: sees4 ? .v4 : .v6) { sees4 ? sendmsg4($0) : sendmsg6($0) }
  }

  /// recvfrom(2) of a datagram from there.
  func receive(from place: Place, _ port: UInt16) -> Outcome {
    run(place, port) { kind == .v4 ? recvmsg4($0) : recvmsg6($0) }
  }

  /// getpeername(2) while connected to there.
  func peerName(connectedTo place: Place, _ port: UInt16) -> Outcome {
    run(place, port) { kind == .v4 ? getpeername4($0) : getpeername6($0) }
  }

  private func run(
    _ place: Place, _ port: UInt16, as form: SocketKind? = nil, _ program: (SocketContext) -> Int32
  ) -> Outcome {
    let context = SimulatedSocketAddress(
      proto: proto, port: BigEndian16(port), cookie: cookie, namespaceCookie: namespace)
    let form = form ?? kind
    let octets = place.octets(kind.family)
    switch form {
    case .v4: context.address4 = IPv4Address(place)
    case .v6: context.address6 = IPv6Address(place)
    case .mapped:
      let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + octets
      context.address6 = mapped.withUnsafeBytes { $0.loadUnaligned(as: IPv6Address.self) }
    }
    let verdict = world.kernel.run(context, program)
    let written =
      form == .v4
      ? withUnsafeBytes(of: context.address4) { Array($0) } : withUnsafeBytes(of: context.address6) { Array($0) }
    return Outcome(
      verdict: verdict, address: Array(written.suffix(octets.count)), port: context.port.host,
      failure: world.kernel.failure)
  }
}

extension TestSocket.Outcome {
  /// The call goes on, with that address.
  static func goesOn(to place: Place, _ port: UInt16, _ kind: SocketKind) -> TestSocket.Outcome {
    TestSocket.Outcome(verdict: .allow, address: place.octets(kind.family), port: port, failure: nil)
  }
}

extension World {
  func socketEvents(_ event: CounterIndex) -> UInt64 {
    map(MapName.counters).get(CounterKey.sockets, as: Counters.self)?.events[Int(event.rawValue)] ?? 0
  }

  func socketDrops(_ drop: Drop) -> UInt64 {
    map(MapName.counters).get(CounterKey.sockets, as: Counters.self)?.drops[Int(drop.rawValue)] ?? 0
  }

  var choicesMap: MapStorage { map(family == .v4 ? MapName.choices4 : MapName.choices6) }
  var dialledMap: MapStorage { map(family == .v4 ? MapName.dialled4 : MapName.dialled6) }
}
