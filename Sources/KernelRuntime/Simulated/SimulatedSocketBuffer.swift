import DataplaneABI

func opaquePlace(_ start: UnsafeMutableRawPointer, _ offset: UInt32) -> UnsafeMutableRawPointer { start + Int(offset) }

/// A packet and what the kernel knows about it.
public struct SocketBuffer {
  let context: ProgramContext

  public init(_ context: ProgramContext) { self.context = context }

  /// Bytes from the Ethernet header on, paged ones included.
  public var length: UInt32 { UInt32(context.length) }
  /// The interface whose hook runs.
  public var interfaceIndex: UInt32 { context.interfaceIndex }
  public var etherType: BigEndian16 { BigEndian16(rawValue: context.etherType) }
  /// The interface that it came in by; 0 if it was made here.
  public var arrivalInterface: UInt32 { context.arrivalInterface }
  public var hasVLANTag: Bool { context.hasVLANTag }
  /// Whether it stands for several packets (GSO, GRO).
  public var isSegmented: Bool { context.segmentSize != 0 }
  /// Payload bytes of each packet that it stands for; 0 if it stands for itself.
  public var segmentSize: UInt32 { context.segmentSize }
  public var mark: UInt32 {
    get { context.mark }
    nonmutating set { context.mark = newValue }
  }

  public func view() -> PacketView { PacketView(start: context.start, end: context.end) }

  /// Makes the first `length` bytes linear; all linear ones if it is 0. Ends the life of every view.
  @discardableResult public func pull(_ length: UInt32) -> Bool {
    SimulatedKernel.current.calls.append(.pull)
    return context.makeWritable(length == 0 ? context.linearLength : Int(length))
  }

  /// `bpf_skb_change_tail`.
  public func resize(_ length: UInt32) -> Bool {
    SimulatedKernel.current.calls.append(.resize)
    return context.resize(Int(length))
  }

  /// `bpf_skb_change_head`.
  public func prepend(_ length: UInt32) -> Bool {
    SimulatedKernel.current.calls.append(.resize)
    return context.prepend(Int(length))
  }

  /// `bpf_skb_load_bytes`.
  public func read(_ length: UInt32, into place: UnsafeMutableRawPointer) -> Bool {
    SimulatedKernel.current.calls.append(.copy)
    return context.read(Int(length), into: place)
  }

  /// `bpf_skb_store_bytes`.
  public func write(_ length: UInt32, from place: UnsafeRawPointer) -> Bool {
    SimulatedKernel.current.calls.append(.copy)
    guard context.makeWritable(Int(length)) else { return false }
    context.start.copyMemory(from: place, byteCount: Int(length))
    // BPF_F_RECOMPUTE_CSUM
    if context.wholeSum != nil { context.sumUp() }
    return true
  }

  /// `bpf_clone_redirect`.
  public func sendCopy(into interfaceIndex: UInt32) {
    SimulatedKernel.current.calls.append(.redirect)
    SimulatedKernel.current.copies.append(context.bytes)
  }

  /// `bpf_l4_csum_replace` with a difference: net/core/filter.c and `inet_proto_csum_replace_by_diff` in net/core/utils.c.
  public func adjustL4Checksum(at offset: Int, by difference: UInt16, _ flags: L4ChecksumFlags) -> Bool {
    SimulatedKernel.current.calls.append(.checksum)
    guard offset & 1 == 0, context.makeWritable(offset + 2) else { return false }
    let field = context.start + offset
    let old = field.loadUnaligned(as: UInt16.self)
    let zeroIsNone = flags.contains(.zeroIsNone)
    if zeroIsNone, old == 0 { return true }
    var new = old
    if context.checksumState != .partial {
      // The kernel complements 32 bits, so the sum it folds is never zero.
      new = Checksum.adjust(old, by: UInt32(difference) + 0xffff)
      // As if the addresses were made up for by an IP header's checksum, also where there is none.
      if flags.contains(.pseudoHeader) { context.wholeSum = context.wholeSum.map { $0 &+ UInt64(~difference) } }
    } else if flags.contains(.pseudoHeader) {
      new = Checksum.fold(UInt32(old) + UInt32(difference))
    }
    if zeroIsNone, new == 0 { new = 0xffff }
    field.storeBytes(of: new, as: UInt16.self)
    return true
  }

  public static let mostRoom = UInt32(SimulatedPacket.mostRoom)

  /// `bpf_skb_adjust_room`: grows after the link header.
  public func makeRoom(_ length: Int32, _ flags: RoomFlags) -> Bool {
    SimulatedKernel.current.calls.append(.room)
    return context.makeRoom(Int(length), isTunnel: flags.isTunnel)
  }

  /// `bpf_skb_adjust_room`: shrinks after the link header.
  public func closeRoom(_ length: Int32) -> Bool {
    SimulatedKernel.current.calls.append(.room)
    return context.closeRoom(Int(length))
  }

  /// `bpf_csum_update`.
  public func adjustWholeSum(by difference: UInt32) {
    SimulatedKernel.current.calls.append(.checksum)
    context.wholeSum = context.wholeSum.map { $0 &+ UInt64(difference) }
  }

  /// Asks the host's routing tables as if such a packet had come in, unless `flags` say otherwise.
  public func ask(_ question: UnsafeMutablePointer<RouteQuestion>, _ flags: RouteQuestionFlags) -> RouteAnswer {
    SimulatedKernel.current.calls.append(.fib)
    if flags.rawValue & RouteQuestionFlags.marked.rawValue != 0, !SimulatedKernel.current.routesMarks {
      return .unknownFlag
    }
    if SimulatedKernel.current.encapsulates { return .encapsulated }
    guard let interface = SimulatedKernel.current.way(question.pointee, flags) else { return .notForwarded }
    question.pointee.interfaceIndex = interface
    // Told to whom asks with a length (`mtu_result`).
    if question.pointee.length != 0 { question.pointee.length = SimulatedKernel.current.wayOutMTU }
    return .found
  }

  /// Whether a socket of this network namespace would get a packet of that tuple.
  public func hasSocket<Address: IPAddress>(_ proto: UInt8, _ tuple: UnsafePointer<Tuple<Address>>) -> Bool {
    SimulatedKernel.current.calls.append(.socket)
    return SimulatedKernel.current.boundPorts.contains(tuple.pointee.destinationPort.host)
  }
}
