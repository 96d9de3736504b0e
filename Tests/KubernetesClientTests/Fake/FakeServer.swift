import HTTPTypes
import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// An API server of the loopback that answers by a script, one answer a request, and keeps what it was asked.
///
/// When the script is over, lists are refused and watches stay open in silence.
final class FakeServer: Sendable {
  struct Asked: Sendable {
    var method: String
    var path: String
    var query: [String: String]
    var headers: [String: String]
    var body: String

    var isWatch: Bool { query["watch"] == "true" }
    /// "list", "list continue=t", "watch from 5".
    var short: String {
      if isWatch { return "watch from \(query["resourceVersion"] ?? "?")" }
      return query["continue"].map { "list continue=\($0)" } ?? "list"
    }
  }

  enum Answer: Sendable {
    case json(String, status: Int = 200, headers: [String: String] = [:])
    case stream([Part])
  }

  enum Part: Sendable {
    case text(String)
    case pause(Duration)
    /// The connection breaks.
    case cut
    /// Nothing more, and no end.
    case hold
  }

  private struct State {
    var script: [Answer]
    var asked: [Asked] = []
  }

  private struct Cut: Error {}

  private let state: Mutex<State>

  init(_ script: [Answer] = []) { state = Mutex(State(script: script)) }

  var asked: [Asked] { state.withLock { $0.asked } }
  var isScriptOver: Bool { state.withLock { $0.script.isEmpty } }
  func then(_ answers: Answer...) { state.withLock { $0.script += answers } }

  /// Serves on a port of the loopback (0: any) while `body` runs, then closes everything.
  func serve<Result: Sendable>(
    port: Int = 0, tls: TLSConfiguration? = nil, _ body: @escaping @Sendable (Int) async throws -> Result
  ) async throws -> Result {
    let (ports, bound) = AsyncStream.makeStream(of: Int.self)
    let router = Router()
    router.add(middleware: Everything(server: self))
    let application = Application(
      router: router, server: try tls.map { try .tls(tlsConfiguration: $0) } ?? .http1(),
      configuration: .init(address: .hostname("127.0.0.1", port: port)),
      onServerRunning: { channel in bound.yield(channel.localAddress?.port ?? 0) },
      logger: Logger(label: "fake") { _ in SwiftLogNoOpLogHandler() })
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        try? await application.run()
        bound.finish()
        return nil
      }
      group.addTask {
        for await port in ports { return try await body(port) }
        return nil
      }
      while let result = try await group.next() {
        guard let result else { continue }
        group.cancelAll()
        return result
      }
      throw Cut()
    }
  }

  private struct Everything: RouterMiddleware {
    let server: FakeServer

    func handle(
      _ request: Request, context: BasicRequestContext,
      next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
      try await server.answer(request)
    }
  }

  private func answer(_ request: Request) async throws -> Response {
    let asked = Asked(
      method: request.method.rawValue, path: request.uri.path,
      query: Dictionary(
        request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { $1 }),
      headers: Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { $1 }),
      body: String(buffer: try await request.body.collect(upTo: 1 << 20)))
    let answer = state.withLock { state -> Answer in
      state.asked.append(asked)
      if !state.script.isEmpty { return state.script.removeFirst() }
      return asked.isWatch ? .stream([.hold]) : .json(statusJSON(500, "ScriptOver", "script over"), status: 500)
    }
    switch answer {
    case .json(let text, let status, let headers):
      var fields: HTTPFields = [.contentType: "application/json"]
      for (name, value) in headers { HTTPField.Name(name).map { fields[$0] = value } }
      return Response(
        status: .init(code: status), headers: fields, body: .init(byteBuffer: ByteBuffer(string: text)))
    case .stream(let parts):
      return Response(status: .ok, headers: [.contentType: "application/json"], body: Self.body(parts))
    }
  }

  private static func body(_ parts: [Part]) -> ResponseBody {
    ResponseBody { writer in
      for part in parts {
        switch part {
        case .text(let text): try await writer.write(ByteBuffer(string: text))
        case .pause(let duration): try await Task.sleep(for: duration)
        case .cut: throw Cut()
        case .hold: try await Task.sleep(for: .seconds(60))
        }
      }
      try await writer.finish(nil)
    }
  }
}
