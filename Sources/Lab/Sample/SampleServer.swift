import Foundation

/// A tiny HTTP server that tells who answered whom; the sample pods run it.
///
/// One thread for each connection: plain sockets keep the sample independent of what it is to show.
public struct SampleServer: Sendable {
  /// Who answers: lines "pod: …" and "node: …".
  private let identity: String
  private let listener: StreamSocket

  /// How many connections are served at once; more wait in the kernel's queue.
  private static let connections = 256

  /// Listens on all addresses of both families.
  public init(port: UInt16, pod: String, node: String) throws(LabError) {
    identity = "pod: \(pod)\nnode: \(node)\n"
    listener = try StreamSocket(listeningOn: port)
  }

  /// The port it listens on, chosen by the kernel if 0 was asked for.
  public var port: UInt16 { listener.localPort }

  /// Serves until the process ends.
  public func run() throws(LabError) -> Never {
    let places = DispatchSemaphore(value: Self.connections)
    while true {
      places.wait()
      guard let connection = try listener.accept() else {
        places.signal()
        continue
      }
      Thread.detachNewThread {
        serve(connection.socket, client: connection.peer)
        places.signal()
      }
    }
  }

  private func serve(_ socket: StreamSocket, client: StreamSocket.Peer) {
    defer { socket.close() }
    socket.limitWaiting(.seconds(30))
    let request = readHead(from: socket).flatMap { SampleRequest(head: $0) }
    let answer = SampleAnswer(
      to: request, identity: identity, client: "client: \(client.address)\nport: \(client.port)\n")
    guard socket.write(Array(answer.head.utf8)), request?.method != "HEAD" else { return }
    write(answer, to: socket)
    socket.finishWriting()
  }

  /// What the client sent up to the empty line; nil if that does not come, or is longer than 8 KiB.
  private func readHead(from socket: StreamSocket) -> String? {
    var head: [UInt8] = []
    while head.count < 8_192, let bytes = socket.read(4_096), !bytes.isEmpty {
      head += bytes
      let text = String(decoding: head, as: UTF8.self)
      if text.contains("\r\n\r\n") || text.contains("\n\n") { return text }
    }
    return nil
  }

  private func write(_ answer: SampleAnswer, to socket: StreamSocket) {
    var content = SampleContent()
    switch answer {
    case .text(_, let text): _ = socket.write(Array(text.utf8))
    case .bytes(let count):
      var left = count
      while left > 0 {
        let piece = min(left, 65_536)
        guard socket.write(content.read(piece)) else { return }
        left -= piece
      }
    case .drip(let pieces):
      for _ in 0..<pieces {
        guard socket.write(content.read(SampleAnswer.pieceSize)) else { return }
        Thread.sleep(forTimeInterval: 0.01)
      }
    }
  }
}
