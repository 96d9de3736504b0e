import Foundation

@testable import Lab

/// What the two ends of a connection do together.
enum CostWork: Hashable, Sendable {
  /// A byte there and a byte back, one after the other, over one connection.
  case exchanges(Int)
  /// The same over a connection each, which the server closes.
  case connections(Int)
  /// So many writes of `chunk` bytes.
  case stream(writes: Int)

  static let chunk = 256 * 1024

  func client(_ route: CostRoute, _ connection: CostConnection?) throws {
    switch (self, connection?.client) {
    case (.exchanges(let count), let socket?): for _ in 0..<count { try socket.ask() }
    case (.stream(let writes), let socket?):
      let buffer = CostBuffer(Self.chunk)
      for _ in 0..<writes { try socket.put(buffer) }
      // Until all has arrived.
      try socket.get(CostBuffer(1))
    case (.connections(let count), _): for _ in 0..<count { try Self.askAnew(route) }
    default: throw LabError("\(self) needs a connection")
    }
  }

  func server(_ listener: StreamSocket, _ connection: CostConnection?) throws {
    switch (self, connection?.server) {
    case (.exchanges(let count), let socket?): for _ in 0..<count { try socket.answer() }
    case (.stream(let writes), let socket?):
      let buffer = CostBuffer(Self.chunk)
      for _ in 0..<writes { try socket.get(buffer) }
      try socket.put(CostBuffer(1))
    case (.connections(let count), _): for _ in 0..<count { try Self.answerAnew(listener) }
    default: throw LabError("\(self) needs a connection")
    }
  }

  /// The calling thread is in the client's namespace.
  private static func askAnew(_ route: CostRoute) throws {
    let domain = route.address.family == .ipv4 ? AF_INET : AF_INET6
    let client = StreamSocket(descriptor: socket(domain, Int32(SOCK_STREAM.rawValue), 0))
    defer { client.close() }
    try client.prepare()
    guard client.connect(to: route.address.bytes, port: route.port) else {
      let reason = errnoText()
      throw LabError("\(route.address) took no connection from port \(client.localPort): \(reason)")
    }
    try client.ask()
    guard client.read(1)?.isEmpty == true else { throw LabError("\(route.address) did not close") }
  }

  private static func answerAnew(_ listener: StreamSocket) throws {
    guard let server = try listener.accept()?.socket else { throw LabError("no connection came: \(errnoText())") }
    defer { server.close() }
    try server.prepare()
    try server.answer()
  }
}

/// Memory that is allocated once, so that what is measured is the network.
final class CostBuffer: Sendable {
  let count: Int
  nonisolated(unsafe) let bytes: UnsafeMutableRawPointer

  init(_ count: Int) {
    self.count = count
    bytes = .allocate(byteCount: count, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 7, count: count)
  }

  deinit { bytes.deallocate() }
}

extension StreamSocket {
  fileprivate func ask() throws {
    try writeByte()
    try readByte()
  }

  fileprivate func answer() throws {
    try readByte()
    try writeByte()
  }

  private func readByte() throws {
    var byte: UInt8 = 0
    guard recv(descriptor, &byte, 1, 0) == 1 else { throw LabError("no byte came: \(errnoText())") }
  }

  private func writeByte() throws {
    var byte: UInt8 = 1
    guard send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { throw LabError("no byte went: \(errnoText())") }
  }

  /// Writes all of it.
  fileprivate func put(_ buffer: CostBuffer) throws {
    var done = 0
    while done < buffer.count {
      let count = send(descriptor, buffer.bytes + done, buffer.count - done, Int32(MSG_NOSIGNAL))
      guard count > 0 else { throw LabError("a write ended: \(errnoText())") }
      done += count
    }
  }

  /// Reads until it is full.
  fileprivate func get(_ buffer: CostBuffer) throws {
    var done = 0
    while done < buffer.count {
      let count = recv(descriptor, buffer.bytes + done, buffer.count - done, 0)
      guard count > 0 else { throw LabError("a read ended: \(errnoText())") }
      done += count
    }
  }
}
