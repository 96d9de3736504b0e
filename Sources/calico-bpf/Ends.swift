import DataplaneABI

/// Who talks to whom in a conntrack entry, seen from the side that opened the flow.
struct Ends<Address: TextualIPAddress> {
  /// An address and a port: "10.65.1.2:8080", "[fd65::2]:8080".
  struct End: CustomStringConvertible {
    var address: Address
    var port: BigEndian16

    var description: String { endpoint("\(address)", port.host) }
  }

  var proto: UInt8
  var client: End
  /// Who answers.
  var server: End
  /// Whom the client called, if that is a service.
  var service: End?
  /// What the client's packets leave as, if that is not as they came.
  var translatedClient: End?

  init(_ key: ConntrackKey<Address>, _ value: ConntrackValue<Address>) {
    let ends = [End(address: key.addressA, port: key.portA), End(address: key.addressB, port: key.portB)]
    let openerIsA = value.aToB.flags.contains(.opener)
    proto = UInt8(truncatingIfNeeded: key.proto)
    client = ends[openerIsA ? 0 : 1]
    server = ends[openerIsA ? 1 : 0]
    guard value.translation.kind == .answers else { return }
    // What answers become is who the client called, and the client itself.
    let tuple = value.translation.tuple
    if value.translation.ends.contains(.source) { service = End(address: tuple.source, port: tuple.sourcePort) }
    if value.translation.ends.contains(.destination) {
      translatedClient = client
      client = End(address: tuple.destination, port: tuple.destinationPort)
    }
  }

  /// The key of the entry that the client's own packets hit; nil if that is this one.
  var openerKey: ConntrackKey<Address>? {
    guard service != nil || translatedClient != nil else { return nil }
    let called = service ?? server
    return ConntrackKey(
      proto: proto, source: client.address, sourcePort: client.port, destination: called.address,
      destinationPort: called.port)
  }

  static func openerLeg(_ value: ConntrackValue<Address>) -> ConntrackLeg {
    value.aToB.flags.contains(.opener) ? value.aToB : value.bToA
  }

  static func answererLeg(_ value: ConntrackValue<Address>) -> ConntrackLeg {
    value.aToB.flags.contains(.opener) ? value.bToA : value.aToB
  }
}

/// "10.65.1.2:8080", "[fd65::2]:8080".
func endpoint(_ address: String, _ port: UInt16) -> String {
  address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
}
