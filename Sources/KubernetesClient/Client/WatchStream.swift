import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOFoundationCompat

/// The events of one watch, in order. Ends when the server ends the watch; throws when the connection breaks.
///
/// It can be iterated once. To stop, stop iterating: the connection is closed then.
public struct WatchStream<Object: KubernetesResource>: AsyncSequence, Sendable {
  public typealias Element = WatchEvent<Object>
  public typealias Failure = KubernetesError

  let body: HTTPClientResponse.Body
  let name: String
  let client: APIClient

  public func makeAsyncIterator() -> Iterator {
    Iterator(chunks: body.makeAsyncIterator(), name: name, client: client)
  }

  public struct Iterator: AsyncIteratorProtocol {
    var chunks: HTTPClientResponse.Body.AsyncIterator
    let name: String
    let client: APIClient
    private var lines = LineSplitter()
    private let decoder = JSONDecoder()

    init(chunks: HTTPClientResponse.Body.AsyncIterator, name: String, client: APIClient) {
      self.chunks = chunks
      self.name = name
      self.client = client
    }

    public mutating func next() async throws(KubernetesError) -> WatchEvent<Object>? {
      while true {
        if let line = try nextLine() { return try event(line) }
        guard let chunk = try await nextChunk() else {
          if Task.isCancelled { throw .cancelled }
          guard lines.hasPartialLine else { return nil }
          throw .unreachable(request: name, reason: "the connection was closed in the middle of an event")
        }
        lines.append(chunk)
      }
    }

    private mutating func nextLine() throws(KubernetesError) -> ByteBuffer? {
      do {
        return try lines.next()
      } catch {
        throw .invalidAnswer(request: name, reason: "an event is longer than \(lines.limit >> 20) MiB")
      }
    }

    private mutating func nextChunk() async throws(KubernetesError) -> ByteBuffer? {
      do {
        return try await chunks.next()
      } catch {
        throw client.transportError(error, name)
      }
    }

    private func event(_ line: ByteBuffer) throws(KubernetesError) -> WatchEvent<Object> {
      do {
        return try decoder.decode(WatchEvent<Object>.self, from: line)
      } catch {
        throw .invalidAnswer(request: name, reason: sentence(for: error))
      }
    }
  }
}
