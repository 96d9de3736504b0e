/// Attribute numbers of traffic control messages: TCA_* of `linux/rtnetlink.h`, TCA_BPF_* of `linux/pkt_cls.h`.
private enum TrafficControlAttribute {
  static let kind: UInt16 = 1
  static let options: UInt16 = 2

  enum BPF {
    static let name: UInt16 = 7
    static let flags: UInt16 = 8
    static let programID: UInt16 = 11
  }
}

/// The fixed part of a traffic control message (`struct tcmsg`).
struct TrafficControlHeader: Hashable {
  var interface: Int32
  var handle: UInt32 = 0
  var parent: UInt32 = 0
  /// Of a filter: priority in the upper 16 bits, Ethernet protocol in network byte order in the lower.
  var info: UInt32 = 0

  /// The clsact discipline: handle ffff:, parent TC_H_CLSACT.
  static func clsact(_ interface: Int32) -> TrafficControlHeader {
    TrafficControlHeader(interface: interface, handle: 0xffff_0000, parent: 0xffff_fff1)
  }

  static func read(_ reader: inout ByteReader) throws(MalformedMessage) -> TrafficControlHeader {
    try reader.skip(4)
    return TrafficControlHeader(
      interface: try reader.read(), handle: try reader.read(), parent: try reader.read(), info: try reader.read())
  }
}

extension MessageBuilder {
  /// A traffic control message, up to its attributes.
  init(_ type: MessageType, _ flags: MessageFlags, _ header: TrafficControlHeader, kind: String? = nil) {
    self.init(type, flags)
    write(UInt32(0))  // family and padding
    write(header.interface)
    write(header.handle)
    write(header.parent)
    write(header.info)
    if let kind { attribute(TrafficControlAttribute.kind, text: kind) }
  }
}

extension Qdisc {
  /// Reads the payload of RTM_NEWQDISC.
  init(message: ArraySlice<UInt8>) throws(MalformedMessage) {
    var reader = ByteReader(message)
    let header = try TrafficControlHeader.read(&reader)
    let kind = try Attribute.list(in: reader.rest).first { $0.type == TrafficControlAttribute.kind }?.text
    self.init(interface: header.interface, kind: kind ?? "", handle: header.handle, parent: header.parent)
  }
}

extension BPFFilter {
  /// Reads the payload of RTM_NEWTFILTER; nil if it is no BPF filter, or only the head of a priority's list.
  static func read(
    _ message: ArraySlice<UInt8>, _ direction: TrafficDirection
  ) throws(MalformedMessage) -> BPFFilter? {
    var reader = ByteReader(message)
    let header = try TrafficControlHeader.read(&reader)
    let attributes = try Attribute.list(in: reader.rest)
    guard header.handle != 0,
      attributes.contains(where: { $0.type == TrafficControlAttribute.kind && $0.text == "bpf" }),
      let options = attributes.first(where: { $0.type == TrafficControlAttribute.options })
    else { return nil }
    var filter = BPFFilter(
      interface: header.interface, direction: direction, priority: UInt16(truncatingIfNeeded: header.info >> 16),
      handle: header.handle, name: nil, programID: nil, isDirectAction: false)
    for option in try options.nested() {
      switch option.type {
      case TrafficControlAttribute.BPF.name: filter.name = option.text
      case TrafficControlAttribute.BPF.flags: filter.isDirectAction = (option.number(UInt32.self) ?? 0) & 1 != 0
      case TrafficControlAttribute.BPF.programID: filter.programID = option.number()
      default: break
      }
    }
    return filter
  }
}
