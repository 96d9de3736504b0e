import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOFoundationCompat

extension APIClient {
  /// Sends a request and reads the whole answer.
  func exchange(_ request: HTTPClientRequest, _ name: String) async throws(KubernetesError) -> ByteBuffer {
    let response = try await open(request, name, within: limits.answer)
    return try await collect(response, name)
  }

  /// Sends a request and decodes the answer.
  func exchange<Answer: Decodable>(
    _ type: Answer.Type, _ request: HTTPClientRequest, _ name: String
  ) async throws(KubernetesError) -> Answer {
    let body = try await exchange(request, name)
    do {
      return try JSONDecoder().decode(type, from: body)
    } catch {
      throw .invalidAnswer(request: name, reason: sentence(for: error))
    }
  }

  /// Sends a request and returns when the answer has begun and is a good one.
  func open(
    _ request: HTTPClientRequest, _ name: String, within limit: Duration
  ) async throws(KubernetesError) -> HTTPClientResponse {
    let response: HTTPClientResponse
    do {
      response = try await http.execute(request, timeout: TimeAmount(limit))
    } catch {
      throw transportError(error, name)
    }
    guard (200...299).contains(response.status.code) else { throw await refusal(response, name) }
    return response
  }

  /// An error of the transport, told apart from our own giving up.
  func transportError(_ error: any Error, _ name: String) -> KubernetesError {
    if error is CancellationError || error as? HTTPClientError == .cancelled || Task.isCancelled { return .cancelled }
    if error as? HTTPClientError == .readTimeout { return .idle(request: name) }
    return .unreachable(request: name, reason: "\(server): \(transportSentence(error))")
  }

  private func collect(_ response: HTTPClientResponse, _ name: String) async throws(KubernetesError) -> ByteBuffer {
    do {
      return try await response.body.collect(upTo: Self.longestAnswer)
    } catch is NIOTooManyBytesError {
      throw .invalidAnswer(request: name, reason: "it is longer than \(Self.longestAnswer >> 20) MiB")
    } catch {
      throw transportError(error, name)
    }
  }

  /// A server that does not know `limit` answers with everything: 50,000 Pods are about 500 MB.
  private static var longestAnswer: Int { 1 << 30 }

  private func refusal(_ response: HTTPClientResponse, _ name: String) async -> KubernetesError {
    if response.status == .unauthorized { tokens.invalidate() }
    let body = (try? await response.body.collect(upTo: 1 << 20)) ?? ByteBuffer()
    var status = (try? JSONDecoder().decode(APIStatus.self, from: body)) ?? APIStatus(code: 0)
    if status.code == 0 { status.code = Int(response.status.code) }
    if status.reason.isEmpty { status.reason = response.status.reasonPhrase }
    if status.message.isEmpty { status.message = String(String(buffer: body).prefix(200)).trimmedOfWhitespace }
    let seconds = response.headers.first(name: "Retry-After").flatMap { Int($0) } ?? status.retryAfterSeconds
    return .refused(status, request: name, retryAfter: seconds > 0 ? .seconds(seconds) : nil)
  }
}
