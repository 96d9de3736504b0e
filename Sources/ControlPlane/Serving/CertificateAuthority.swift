import Crypto
import Foundation
import SwiftASN1
import X509

/// The cluster's own certificate authority. It is kept in the data folder, so that clients trust the server also after
/// a restart; the server's certificate is made anew at each start, for the addresses it then has.
struct CertificateAuthority: Sendable {
  /// A certificate with its key, in PEM form.
  struct Identity: Sendable {
    var certificate: String
    var key: String
  }

  /// In PEM form.
  let certificate: String
  private let issuer: Certificate
  private let key: P256.Signing.PrivateKey

  private static let validity: TimeInterval = 10 * 365 * 86_400
  private static let serverValidity: TimeInterval = 365 * 86_400
  /// Certificates are valid from a little earlier, for clocks that differ.
  private static let leeway: TimeInterval = 300

  /// Reads the authority from a folder, or makes it there.
  static func load(folder: String, now: Date) throws -> CertificateAuthority {
    let (certificatePath, keyPath) = ("\(folder)/ca.crt", "\(folder)/ca.key")
    if let certificate = try PrivateFile.read(certificatePath), let key = try PrivateFile.read(keyPath) {
      do {
        return CertificateAuthority(
          certificate: certificate, issuer: try Certificate(pemEncoded: certificate),
          key: try P256.Signing.PrivateKey(pemRepresentation: key))
      } catch {
        throw ControlPlaneError(
          "the certificate authority in \(certificatePath) and \(keyPath) cannot be read (\(error)): restore the "
            + "files, or remove both to get a new one")
      }
    }
    let key = P256.Signing.PrivateKey()
    let issuer = try selfSigned(key, now: now)
    let certificate = try issuer.serializeAsPEM().pemString + "\n"
    try PrivateFile.write(key.pemRepresentation + "\n", to: keyPath)
    try PrivateFile.write(certificate, to: certificatePath)
    return CertificateAuthority(certificate: certificate, issuer: issuer, key: key)
  }

  private static func selfSigned(_ key: P256.Signing.PrivateKey, now: Date) throws -> Certificate {
    let name = try DistinguishedName { CommonName("apus-control-plane-ca") }
    return try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PrivateKey(key).publicKey,
      notValidBefore: now.addingTimeInterval(-leeway), notValidAfter: now.addingTimeInterval(validity), issuer: name,
      subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
        SubjectKeyIdentifier(hash: Certificate.PrivateKey(key).publicKey)
      }, issuerPrivateKey: Certificate.PrivateKey(key))
  }

  /// Makes a server certificate for names and addresses.
  func issue(names: [String], addresses: [IPAddress], now: Date) throws -> Identity {
    let serverKey = P256.Signing.PrivateKey()
    let publicKey = Certificate.PrivateKey(serverKey).publicKey
    let alternatives =
      names.map { GeneralName.dnsName($0) }
      + addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0.networkBytes[...])) }
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
      notValidBefore: now.addingTimeInterval(-Self.leeway), notValidAfter: now.addingTimeInterval(Self.serverValidity),
      issuer: issuer.subject, subject: try DistinguishedName { CommonName("apus-control-plane") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(alternatives)
      }, issuerPrivateKey: Certificate.PrivateKey(key))
    return Identity(
      certificate: try certificate.serializeAsPEM().pemString + "\n", key: serverKey.pemRepresentation + "\n")
  }
}

extension IPAddress {
  /// 4 or 16 bytes in network order.
  var networkBytes: [UInt8] {
    let count = family.bits / 8
    return (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt128(8 * (count - 1 - $0))) }
  }
}
