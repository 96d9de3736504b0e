extension NetlinkEvent {
  /// Reads the events of a datagram; messages about something else give none.
  static func list(in datagram: ArraySlice<UInt8>) throws(MalformedMessage) -> [NetlinkEvent] {
    var events: [NetlinkEvent] = []
    for message in try Message.list(in: datagram) {
      if let event = try read(message) { events.append(event) }
    }
    return events
  }

  private static func read(_ message: Message) throws(MalformedMessage) -> NetlinkEvent? {
    let payload = message.payload
    switch message.header.type {
    case .newLink, .deleteLink:
      // A bridge tells of a port that joins or leaves it as of a link of family AF_BRIDGE that comes or goes.
      guard payload.first == AddressFamily.unspecified.rawValue else { return nil }
      let link = try Link(message: payload)
      return message.header.type == .newLink ? .linkChanged(link) : .linkDeleted(link)
    case .newAddress: return .addressChanged(try InterfaceAddress(message: payload))
    case .deleteAddress: return .addressDeleted(try InterfaceAddress(message: payload))
    case .newRoute: return .routeChanged(try Route(message: payload))
    case .deleteRoute: return .routeDeleted(try Route(message: payload))
    case .newRule: return .ruleChanged(try Rule(message: payload))
    case .deleteRule: return .ruleDeleted(try Rule(message: payload))
    case .newNeighbour: return try Neighbour.read(payload).map { .neighbourChanged($0) }
    case .deleteNeighbour: return try Neighbour.read(payload).map { .neighbourDeleted($0) }
    case .overrun: return .resync(.kernelBufferFull)
    default: return nil
    }
  }
}
