import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// What the HTTP client is told about a server.
struct TransportConfiguration {
  var baseURL: String
  var http: HTTPClient.Configuration

  init(credentials: ClusterCredentials, limits: APIClient.Limits) {
    baseURL = credentials.server
    http = HTTPClient.Configuration(
      tlsConfiguration: Self.tls(credentials),
      // A redirect would take the token to another server.
      redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(limits.connect), read: TimeAmount(limits.idle)),
      // Shorter than servers keep idle connections, so that we do not send on one that is being closed.
      connectionPool: .init(idleTimeout: .seconds(20), concurrentHTTP1ConnectionsPerHostSoftLimit: 256),
      ignoreUncleanSSLShutdown: false,
      decompression: .disabled)
    // Attempts are spaced by the caller's back-off alone.
    http.connectionPool.retryConnectionEstablishment = false
    // With HTTP/1.1 every watch has its own connection: one that dies takes no other with it, and closing it ends the
    // watch at the server.
    http.httpVersion = .http1Only
    http.http1_1ConnectionDebugInitializer = Self.enableKeepAlive
    guard let name = credentials.tlsServerName, let host = Self.host(of: credentials.server) else { return }
    http.dnsOverride = [name: host.trimmingBrackets]
    baseURL = credentials.server.replacingFirst(host, with: name)
  }

  private static func tls(_ credentials: ClusterCredentials) -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if credentials.insecureSkipTLSVerify { tls.certificateVerification = .none }
    if !credentials.certificateAuthorities.isEmpty {
      tls.trustRoots = .certificates(credentials.certificateAuthorities)
    }
    if let key = credentials.clientKey {
      tls.certificateChain = credentials.clientCertificate.map { .certificate($0) }
      tls.privateKey = .privateKey(key)
    }
    return tls
  }

  /// The kernel finds out within 30 s that a peer is gone, silent watches included.
  @Sendable private static func enableKeepAlive(_ channel: any Channel) -> EventLoopFuture<Void> {
    let options: [(NIOBSDSocket.OptionLevel, NIOBSDSocket.Option, Int)] = [
      (.socket, .so_keepalive, 1),
      (.tcp, NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE), 15),
      (.tcp, NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL), 5),
      (.tcp, NIOBSDSocket.Option(rawValue: TCP_KEEPCNT), 3),
      (.tcp, NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT), 30_000),
    ]
    let futures = options.map { level, name, value in
      channel.setOption(ChannelOptions.Types.SocketOption(level: level, name: name), value: value)
    }
    return EventLoopFuture.andAllSucceed(futures, on: channel.eventLoop)
  }

  /// "https://[fd77::1]:6443/x" → "[fd77::1]".
  private static func host(of url: String) -> String? {
    guard let scheme = url.firstRange(of: "://") else { return nil }
    let authority = url[scheme.upperBound...].prefix { $0 != "/" }
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
    return String(authority.prefix { $0 != ":" })
  }
}

extension TimeAmount {
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}

extension String {
  fileprivate var trimmingBrackets: String { hasPrefix("[") ? String(dropFirst().dropLast()) : self }

  fileprivate func replacingFirst(_ text: String, with other: String) -> String {
    guard let range = firstRange(of: text) else { return self }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
