import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves the API on one listening socket.
///
/// Hummingbird's own server binds by name and port only; this one takes the socket as it is, with Hummingbird's
/// connection handling behind it.
struct Listener: Service {
  let socket: ListeningSocket
  let tls: TLSConfiguration
  let responder: APIResponder
  let logger: Logger
  /// Ends what would go on for ever: watches.
  let endWatches: @Sendable () -> Void

  /// How long answers in progress have when the server stops.
  private static let grace = Duration.milliseconds(200)

  func run() async throws {
    let connections = try TLSChannel(HTTP1Channel(responder: respond), tlsConfiguration: tls)
    let logger = logger
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .bind(socket.descriptor) { connections.setup(channel: $0, logger: logger) }
    logger.info("listening", metadata: ["address": "\(socket.address)", "port": "\(socket.port)"])
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        do {
          try await server.executeThenClose { inbound in
            for try await connection in inbound {
              group.addTask { await connections.handle(value: connection, logger: logger) }
            }
          }
        } catch {
          logger.error("the listener ended", metadata: ["address": "\(socket.address)", "error": "\(error)"])
        }
        try? await Task.sleep(for: Self.grace)
        group.cancelAll()
      }
    } onGracefulShutdown: {
      endWatches()
      server.channel.close(promise: nil)
    }
  }

  @Sendable private func respond(
    to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
  ) async throws {
    let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
    let response = try await responder.respond(to: request, context: context)
    try await writer.write(response: response.head, body: response.body)
  }
}
