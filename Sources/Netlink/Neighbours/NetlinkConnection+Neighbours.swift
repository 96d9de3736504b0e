extension NetlinkConnection {
  /// Adds a neighbour.
  ///
  /// - Throws: an error with `isAlreadyThere` if the link knows the address.
  public func addNeighbour(_ neighbour: Neighbour) throws(NetlinkError) {
    try change(
      "add neighbour \(neighbour.address) on link \(neighbour.interface)",
      MessageBuilder(.newNeighbour, [.request, .acknowledge, .create, .exclusive], neighbour))
  }

  /// Adds a neighbour, or sets the link-layer address and state of the one that is there.
  public func replaceNeighbour(_ neighbour: Neighbour) throws(NetlinkError) {
    try change(
      "set neighbour \(neighbour.address) on link \(neighbour.interface)",
      MessageBuilder(.newNeighbour, [.request, .acknowledge, .create, .replace], neighbour))
  }

  /// Takes a neighbour away.
  ///
  /// - Throws: an error with `isNotFound` if there is none.
  public func deleteNeighbour(_ address: InetAddress, interface: Int32) throws(NetlinkError) {
    try change(
      "delete neighbour \(address) of link \(interface)",
      MessageBuilder(
        .deleteNeighbour, [.request, .acknowledge], Neighbour(address, nil, interface: interface, state: [])))
  }

  /// Neighbours of the namespace, or of one interface, of one family or both.
  public func neighbours(
    interface: Int32? = nil, family: AddressFamily = .unspecified
  ) throws(NetlinkError) -> [Neighbour] {
    // The kernel's strict checking allows no index in the header of a dump; it goes into an attribute.
    var builder = MessageBuilder(.getNeighbour, [.request, .dump], NeighbourHeader(family: family, interface: 0))
    if let interface { builder.attribute(NeighbourAttribute.interface, interface) }
    return try list("list neighbours", builder, of: .newNeighbour, Neighbour.read).compactMap { $0 }
  }
}
