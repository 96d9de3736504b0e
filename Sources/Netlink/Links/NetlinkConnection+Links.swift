extension NetlinkConnection {
  // MARK: Look

  /// All links of the namespace.
  public func links() throws(NetlinkError) -> [Link] {
    var builder = MessageBuilder(link: .getLink, [.request, .dump])
    builder.attribute(LinkAttribute.extensionMask, LinkAttribute.skipStatistics)
    return try list("list links", builder, of: .newLink, Link.init(message:))
  }

  /// The link with a name or an alternative name.
  ///
  /// - Throws: an error with `isNotFound` if there is none.
  public func link(named name: String) throws(NetlinkError) -> Link {
    var builder = MessageBuilder(link: .getLink, [.request, .acknowledge])
    // Alternative names may be up to 127 bytes long; the kernel looks for both kinds under either attribute.
    let attribute = name.utf8.count <= 15 ? LinkAttribute.name : LinkAttribute.alternativeName
    builder.attribute(attribute, text: name)
    builder.attribute(LinkAttribute.extensionMask, LinkAttribute.skipStatistics)
    return try oneLink("find link \(name)", builder)
  }

  /// The link with an index.
  ///
  /// - Throws: an error with `isNotFound` if there is none.
  public func link(at index: Int32) throws(NetlinkError) -> Link {
    var builder = MessageBuilder(link: .getLink, [.request, .acknowledge], index: index)
    builder.attribute(LinkAttribute.extensionMask, LinkAttribute.skipStatistics)
    return try oneLink("find link \(index)", builder)
  }

  /// The link with a name, or nil if there is none.
  public func findLink(named name: String) throws(NetlinkError) -> Link? {
    do throws(NetlinkError) {
      return try link(named: name)
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }

  private func oneLink(_ request: String, _ builder: MessageBuilder) throws(NetlinkError) -> Link {
    guard let answer = try ask(request, builder) else {
      throw NetlinkError(request: request, cause: .malformed("there is no link in the answer"))
    }
    return try parsed(request, answer, Link.init(message:))
  }

  // MARK: Create and delete

  /// Creates a link.
  ///
  /// - Parameters:
  ///   - name: 1 to 15 bytes.
  ///   - settings: with a namespace, the link is created there; a name in the settings has no effect.
  /// - Throws: an error with `isAlreadyThere` if a link of that name exists.
  public func createLink(
    _ name: String, _ kind: LinkKind, _ settings: LinkSettings = LinkSettings()
  ) throws(NetlinkError) {
    let request = "create \(kind.name) link \(name)"
    let peerName: String? =
      switch kind {
      case .veth(let peer), .netkit(let peer): peer.name
      default: nil
      }
    try LinkName.check(request, name, peerName)

    let flags: LinkFlags = settings.isUp == true ? .up : []
    var builder = MessageBuilder(
      link: .newLink, [.request, .acknowledge, .create, .exclusive], set: flags, change: flags)
    var settings = settings
    settings.name = name
    builder.write(settings)
    builder.write(kind)
    try change(request, builder)
  }

  /// Deletes a link; a veth goes with its other end.
  public func deleteLink(_ index: Int32) throws(NetlinkError) {
    try change("delete link \(index)", MessageBuilder(link: .deleteLink, [.request, .acknowledge], index: index))
  }

  /// Deletes a link by its name.
  public func deleteLink(named name: String) throws(NetlinkError) {
    let request = "delete link \(name)"
    try LinkName.check(request, name)
    var builder = MessageBuilder(link: .deleteLink, [.request, .acknowledge])
    builder.attribute(LinkAttribute.name, text: name)
    try change(request, builder)
  }

  // MARK: Change

  /// Changes settings of a link, all in one request.
  public func changeLink(_ index: Int32, _ settings: LinkSettings) throws(NetlinkError) {
    let request = "change link \(index)"
    try LinkName.check(request, settings.name)
    let flags: LinkFlags = settings.isUp == true ? .up : []
    var builder = MessageBuilder(
      link: .newLink, [.request, .acknowledge], index: index, set: flags, change: settings.isUp == nil ? [] : .up)
    builder.write(settings)
    try change(request, builder)
  }

  /// Sets a link administratively up, or down.
  public func setLink(_ index: Int32, up: Bool) throws(NetlinkError) {
    try changeLink(index, LinkSettings(isUp: up))
  }

  /// Moves a link to another namespace, where it may get another name.
  public func moveLink(_ index: Int32, to namespace: NetworkNamespace, as name: String? = nil) throws(NetlinkError) {
    try changeLink(index, LinkSettings(name: name, namespace: namespace))
  }

  /// Gives a link one more name, up to 127 bytes.
  public func addAlternativeName(_ name: String, to index: Int32) throws(NetlinkError) {
    var builder = MessageBuilder(
      link: .newLinkProperty, [.request, .acknowledge, .create, .exclusive, .append], index: index)
    builder.nest(LinkAttribute.properties) { $0.attribute(LinkAttribute.alternativeName, text: name) }
    try change("add alternative name \(name) to link \(index)", builder)
  }

  /// Takes an alternative name away.
  public func deleteAlternativeName(_ name: String, from index: Int32) throws(NetlinkError) {
    var builder = MessageBuilder(link: .deleteLinkProperty, [.request, .acknowledge], index: index)
    builder.nest(LinkAttribute.properties) { $0.attribute(LinkAttribute.alternativeName, text: name) }
    try change("delete alternative name \(name) of link \(index)", builder)
  }
}
