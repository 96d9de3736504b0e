extension NetlinkConnection {
  /// Adds an address to an interface.
  ///
  /// - Throws: an error with `isAlreadyThere` if the interface has it.
  public func addAddress(_ address: InterfaceAddress) throws(NetlinkError) {
    try change(
      "add address \(address.prefix) to link \(address.interface)",
      MessageBuilder(.newAddress, [.request, .acknowledge, .create, .exclusive], address))
  }

  /// Adds an address, or sets the flags and scope of the one that is there.
  public func replaceAddress(_ address: InterfaceAddress) throws(NetlinkError) {
    try change(
      "set address \(address.prefix) on link \(address.interface)",
      MessageBuilder(.newAddress, [.request, .acknowledge, .create, .replace], address))
  }

  /// Takes an address away.
  ///
  /// - Throws: an error with `isNotFound` if the interface does not have it.
  public func deleteAddress(_ address: InterfaceAddress) throws(NetlinkError) {
    try change(
      "delete address \(address.prefix) of link \(address.interface)",
      MessageBuilder(.deleteAddress, [.request, .acknowledge], address))
  }

  /// Addresses of the namespace, or of one interface, of one family or both.
  public func addresses(
    interface: Int32? = nil, family: AddressFamily = .unspecified
  ) throws(NetlinkError) -> [InterfaceAddress] {
    var builder = MessageBuilder(.getAddress, [.request, .dump])
    builder.write(family.rawValue)
    builder.write(bytes: [0, 0, 0])
    builder.write(interface ?? 0)
    return try list("list addresses", builder, of: .newAddress, InterfaceAddress.init(message:))
  }
}
