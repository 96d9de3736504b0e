import Hummingbird
import Logging

/// A page: whether it is good news, and its text.
struct StatusPage: Sendable {
  var isOK: Bool
  var text: String
}

/// A small HTTP server of pages without input.
struct StatusServer: Sendable {
  var host: String
  var port: Int
  var pages: [String: @Sendable () throws -> StatusPage]
  var logger: Logger

  /// Serves until the task is cancelled.
  ///
  /// - Throws: one sentence when the port cannot be had.
  func run() async throws {
    let router = Router()
    for (path, page) in pages {
      router.get("\(path)") { _, _ in
        let page = try page()
        return Response(
          status: page.isOK ? .ok : .serviceUnavailable, headers: [.contentType: "text/plain; charset=utf-8"],
          body: ResponseBody(byteBuffer: ByteBuffer(string: page.text)))
      }
    }
    var quiet = logger
    quiet.logLevel = .warning
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname(host, port: port)), logger: quiet)
    do {
      try await application.run()
    } catch is CancellationError {
      return
    } catch {
      throw AgentError("cannot serve http://\(host):\(port): \(error); is another agent running in this namespace?")
    }
  }
}
