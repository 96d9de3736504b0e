import NIOSSL

/// Reads PEM text, with errors that name where it came from.
enum PEM {
  static func certificates(
    _ bytes: [UInt8], file: String, field: String
  ) throws(CredentialsError) -> [NIOSSLCertificate] {
    let certificates = (try? NIOSSLCertificate.fromPEMBytes(bytes)) ?? []
    guard !certificates.isEmpty else {
      throw CredentialsError(file: file, field: field, problem: "holds no PEM certificate")
    }
    return certificates
  }

  static func privateKey(
    _ bytes: [UInt8], file: String, field: String
  ) throws(CredentialsError) -> NIOSSLPrivateKey {
    guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
      throw CredentialsError(file: file, field: field, problem: "holds no PEM private key without a passphrase")
    }
    return key
  }
}
