/// `struct __sk_buff` (linux/bpf.h) for test runs of tc programs: the fields that the kernel lets a caller set.
public struct SocketBufferContext: Sendable, Hashable {
  public var mark: UInt32
  public var priority: UInt32
  /// The interface that the packet came in by; 0 is none.
  public var ingressInterface: UInt32
  /// The interface that the packet is at, in the calling thread's network namespace; 0 leaves it to the kernel.
  public var interface: UInt32
  /// The five words of `cb`.
  public var controlBlock: [UInt32]
  /// Bytes on the wire and of a segment, for packets that stand for several; 0 is neither.
  public var wireLength: UInt32
  public var segmentSize: UInt32

  public init(
    mark: UInt32 = 0, priority: UInt32 = 0, ingressInterface: UInt32 = 0, interface: UInt32 = 0,
    controlBlock: [UInt32] = [], wireLength: UInt32 = 0, segmentSize: UInt32 = 0
  ) {
    self.mark = mark
    self.priority = priority
    self.ingressInterface = ingressInterface
    self.interface = interface
    self.controlBlock = controlBlock
    self.wireLength = wireLength
    self.segmentSize = segmentSize
  }

  /// From the bytes that a run gave back; nil when they are too few.
  public init?(bytes: [UInt8]) {
    guard bytes.count >= SocketBufferContext.size else { return nil }
    func word(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }
    self.init(
      mark: word(8), priority: word(32), ingressInterface: word(36), interface: word(40),
      controlBlock: (0..<5).map { word(48 + 4 * $0) }, wireLength: word(160), segmentSize: word(176))
  }

  /// The struct as the kernel takes it.
  public var bytes: [UInt8] {
    let buffer = NativeBuffer(count: SocketBufferContext.size)
    let fields = [
      (8, mark), (32, priority), (36, ingressInterface), (40, interface), (160, wireLength), (176, segmentSize),
    ]
    for (offset, value) in fields { buffer.store(value, at: offset) }
    for (index, value) in controlBlock.prefix(5).enumerated() { buffer.store(value, at: 48 + 4 * index) }
    return buffer.bytes(0..<SocketBufferContext.size)
  }

  static let size = 192
}
