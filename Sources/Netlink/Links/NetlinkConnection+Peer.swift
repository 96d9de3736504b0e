extension NetlinkConnection {
  /// The other end of a veth, in whatever namespace it is; nil if the link has none, or none that can be seen from here.
  public func peer(of link: Link) throws(NetlinkError) -> Link? {
    guard let index = link.peer, index > 0 else { return nil }
    var builder = MessageBuilder(link: .getLink, [.request, .acknowledge], index: index)
    if let namespace = link.peerNamespaceID { builder.attribute(LinkAttribute.targetNamespaceID, namespace) }
    builder.attribute(LinkAttribute.extensionMask, LinkAttribute.skipStatistics)
    let request = "find the peer of link \(link.name)"
    do throws(NetlinkError) {
      guard let answer = try ask(request, builder) else { return nil }
      return try parsed(request, answer, Link.init(message:))
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }
}
