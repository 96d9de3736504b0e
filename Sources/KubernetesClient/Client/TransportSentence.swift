import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// What an error of the transport says to a person.
func transportSentence(_ error: any Error) -> String {
  switch error {
  case let error as HTTPClientError: return error.sentence
  case let error as NIOConnectionError: return error.sentence
  case let error as NIOSSLError: return "TLS failed: \(error)"
  case let error as IOError: return String(cString: strerror(error.errnoCode))
  case let error as ChannelError where error == .eof: return "the connection was closed"
  default: return "\(error)"
  }
}

extension HTTPClientError {
  fileprivate var sentence: String {
    switch self {
    case .remoteConnectionClosed: "the connection was closed"
    case .connectTimeout: "no connection within the limit"
    case .deadlineExceeded: "no answer within the limit"
    case .tlsHandshakeTimeout: "no TLS handshake within the limit"
    default: shortDescription
    }
  }
}

extension NIOConnectionError {
  fileprivate var sentence: String {
    connectionErrors.first.map { transportSentence($0.error) } ?? "the name \(host) has no address"
  }
}
