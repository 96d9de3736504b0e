extension NetlinkConnection {
  /// Asks for all entries of a table and reads those of one type.
  ///
  /// An entry of another type, which a dump over any family may hold, is left out; one which cannot be read is an error.
  func list<Entry>(
    _ request: String, _ builder: MessageBuilder, of type: MessageType,
    _ read: (ArraySlice<UInt8>) throws(MalformedMessage) -> Entry
  ) throws(NetlinkError) -> [Entry] {
    var entries: [Entry] = []
    for message in try dump(request, builder) where message.header.type == type {
      entries.append(try parsed(request, message, read))
    }
    return entries
  }

  /// Reads one message.
  func parsed<Entry>(
    _ request: String, _ message: Message, _ read: (ArraySlice<UInt8>) throws(MalformedMessage) -> Entry
  ) throws(NetlinkError) -> Entry {
    do throws(MalformedMessage) {
      return try read(message.payload)
    } catch {
      throw NetlinkError(request: request, cause: .malformed(error.explanation))
    }
  }
}
