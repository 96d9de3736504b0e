import DataplaneABI
import KernelRuntime

/// A frame read back.
struct Dissection: Equatable {
  var source: [UInt8]
  var destination: [UInt8]
  var sourcePort: UInt16
  var destinationPort: UInt16
  var hopLimit: UInt8
  var ethernetSource: [UInt8]
  var ethernetDestination: [UInt8]
  /// Whether the IP and transport checksums hold.
  var checksumsHold: Bool
  /// The transport checksum as it stands.
  var transportChecksum: UInt16

  init(_ bytes: [UInt8]) {
    let isV4 = bytes[12...13] == [0x08, 0x00]
    let headerLength = isV4 ? 20 : 40
    let header = Array(bytes[14..<14 + headerLength])
    let segment = Array(bytes[(14 + headerLength)...])
    ethernetDestination = Array(bytes[0..<6])
    ethernetSource = Array(bytes[6..<12])
    source = Array(isV4 ? header[12..<16] : header[8..<24])
    destination = Array(isV4 ? header[16..<20] : header[24..<40])
    hopLimit = isV4 ? header[8] : header[7]
    let proto = isV4 ? header[9] : header[6]
    sourcePort = UInt16(segment[0]) << 8 | UInt16(segment[1])
    destinationPort = UInt16(segment[2]) << 8 | UInt16(segment[3])
    if proto == IPProtocolNumber.sctp {
      transportChecksum = 0
      var covered = segment
      covered.replaceSubrange(8..<12, with: [0, 0, 0, 0])
      let holds = BitwiseCRC32c.of(covered).octets.reversed() == Array(segment[8..<12])
      checksumsHold = (!isV4 || InternetChecksum.of(header) == 0) && holds
      return
    }
    let checksumOffset = proto == IPProtocolNumber.tcp ? 16 : proto == IPProtocolNumber.udp ? 6 : 2
    transportChecksum = UInt16(segment[checksumOffset]) << 8 | UInt16(segment[checksumOffset + 1])
    let covered =
      proto == IPProtocolNumber.icmp ? [] : source + destination + UInt16(segment.count).octets + [0, proto]
    let transportHolds =
      InternetChecksum.of(covered + segment) == 0 || (proto == IPProtocolNumber.udp && transportChecksum == 0)
    checksumsHold = (!isV4 || InternetChecksum.of(header) == 0) && transportHolds
  }
}
