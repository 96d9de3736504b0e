/// The first line of an HTTP/1 request, as far as the sample server cares.
struct SampleRequest: Hashable, Sendable {
  let method: String
  /// Begins with "/"; without the query.
  let path: String

  /// Reads the head of a request; nil if it is none.
  init?(head: String) {
    let line = head.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].hasPrefix("HTTP/1."), parts[1].hasPrefix("/") else { return nil }
    method = String(parts[0])
    path = String(parts[1].prefix { $0 != "?" })
  }
}

/// What the sample server sends.
enum SampleAnswer: Hashable, Sendable {
  /// A short text with a status such as "200 OK".
  case text(status: String, String)
  /// So many bytes of `SampleContent`.
  case bytes(Int)
  /// So many pieces of 1,000 bytes of `SampleContent`, ten milliseconds apart.
  case drip(pieces: Int)

  /// The most bytes one answer holds.
  static let largest = 16_000_000_000
  /// Bytes in a piece of a dripping answer.
  static let pieceSize = 1_000

  /// - Parameters:
  ///   - identity: who answers, as lines of text.
  ///   - client: who asked, as lines of text.
  init(to request: SampleRequest?, identity: String, client: String) {
    guard let request else {
      self = .text(status: "400 Bad Request", "this server speaks HTTP/1 only\n")
      return
    }
    guard request.method == "GET" || request.method == "HEAD" else {
      self = .text(status: "405 Method Not Allowed", "only GET and HEAD are answered\n")
      return
    }
    let parts = request.path.split(separator: "/")
    if parts.count == 2, let number = Int(parts[1]), number >= 0 {
      if parts[0] == "bytes", number <= Self.largest {
        self = .bytes(number)
        return
      }
      if parts[0] == "drip", number <= 3_600 {
        self = .drip(pieces: number * 100)
        return
      }
    }
    self = .text(status: "200 OK", "\(identity)\(client)path: \(request.path)\n")
  }

  var status: String {
    if case .text(let status, _) = self { status } else { "200 OK" }
  }

  var contentType: String {
    if case .text = self { "text/plain; charset=utf-8" } else { "application/octet-stream" }
  }

  /// Bytes in the body.
  var length: Int {
    switch self {
    case .text(_, let text): text.utf8.count
    case .bytes(let count): count
    case .drip(let pieces): pieces * Self.pieceSize
    }
  }

  /// The head of the answer, with the empty line.
  var head: String {
    "HTTP/1.1 \(status)\r\nContent-Type: \(contentType)\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n"
  }
}
