import AsyncHTTPClient
import Logging
import NIOCore
import NIOPosix

/// A client of one API server. It holds connections: call `shutdown()` when done with it.
public final class APIClient: Sendable {
  /// The time limits of requests.
  public struct Limits: Sendable {
    /// To get a connection, TLS included.
    public var connect: Duration = .seconds(10)
    /// From the request to the first byte of the answer.
    public var answer: Duration = .seconds(60)
    /// How long an answer, a watch included, may be silent before its connection counts as dead. kube-apiserver sends
    /// bookmarks about once a minute; where a server sends none, the watch is opened again, which costs little.
    public var idle: Duration = .seconds(90)

    public init() {}
  }

  /// The namespace of the credentials, for callers that were given none.
  public let defaultNamespace: String
  /// The server's URL.
  public let server: String
  let logger: Logger
  let limits: Limits
  let http: HTTPClient
  let tokens: TokenSource
  private let baseURL: String
  private let userAgent: String

  /// - Parameters:
  ///   - eventLoopGroup: Where the connections live; it must outlive the client.
  ///   - userAgent: Who we are, in the server's audit log.
  public init(
    _ credentials: ClusterCredentials, limits: Limits = Limits(),
    eventLoopGroup: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup,
    userAgent: String = "apus", logger: Logger
  ) {
    defaultNamespace = credentials.namespace
    server = credentials.server
    self.logger = logger
    self.limits = limits
    self.userAgent = userAgent
    tokens = TokenSource(credentials.token)
    let address = TransportConfiguration(credentials: credentials, limits: limits)
    baseURL = address.baseURL
    http = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: address.http)
  }

  /// Closes all connections; requests under way fail.
  public func shutdown() async throws { try await http.shutdown() }

  /// Makes a client, hands it to `body`, and shuts it down afterwards in any case.
  public static func withClient<Result>(
    _ credentials: ClusterCredentials, limits: Limits = Limits(), logger: Logger,
    body: (APIClient) async throws -> Result
  ) async throws -> Result {
    let client = APIClient(credentials, limits: limits, logger: logger)
    let result: Result
    do {
      result = try await body(client)
    } catch {
      try? await client.shutdown()
      throw error
    }
    try await client.shutdown()
    return result
  }

  enum Method: String {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  /// The head of a request: method, URL and the headers that all requests have.
  func request(_ method: Method, _ path: String, _ query: Query = Query()) throws(KubernetesError)
    -> HTTPClientRequest
  {
    var request = HTTPClientRequest(url: baseURL + path + query.text)
    request.method = .init(rawValue: method.rawValue)
    request.headers.add(name: "Accept", value: "application/json")
    request.headers.add(name: "User-Agent", value: userAgent)
    do {
      if let token = try tokens.current() { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    } catch {
      throw .credentials(error)
    }
    return request
  }
}
