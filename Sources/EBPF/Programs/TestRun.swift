/// What goes into BPF_PROG_TEST_RUN.
public struct TestRunInput: Sendable {
  /// The packet, from its Ethernet header; at least 14 bytes for tc and XDP.
  public var data: [UInt8]
  /// The program's context as the kernel takes it: `SocketBufferContext.bytes` for tc; empty leaves it to the kernel.
  public var context: [UInt8]
  /// How often the program runs, always on the same packet; 0 is once.
  public var repeatCount: UInt32
  /// XDP: each run gets a packet of its own, which then goes where the program says, as if the interface of the context had
  /// received it (BPF_F_TEST_XDP_LIVE_FRAMES). Nothing comes back but the mean time. Packets take turns: what programs change in one
  /// is still there when it comes again.
  public var isLive = false

  public init(data: [UInt8], context: [UInt8] = [], repeatCount: UInt32 = 1) {
    self.data = data
    self.context = context
    self.repeatCount = repeatCount
  }

  public init(data: [UInt8], context: SocketBufferContext, repeatCount: UInt32 = 1) {
    self.init(data: data, context: context.bytes, repeatCount: repeatCount)
  }
}

/// What comes out of BPF_PROG_TEST_RUN.
public struct TestRunResult: Sendable, Hashable {
  /// What the program returned: a verdict such as TC_ACT_SHOT (2), or -1 for "next".
  public let verdict: Int32
  /// The packet as the program left it.
  public let data: [UInt8]
  /// The context as the program left it; empty when none was given.
  public let context: [UInt8]
  /// Mean time of one run.
  public let nanoseconds: UInt32
}

extension LoadedProgram {
  /// Runs the program once on `data`.
  public func run(_ data: [UInt8]) throws(KernelError) -> TestRunResult { try run(TestRunInput(data: data)) }

  /// Runs the program in the kernel without any interface (BPF_PROG_TEST_RUN).
  public func run(_ input: TestRunInput) throws(KernelError) -> TestRunResult {
    var capacity = input.data.isEmpty || input.isLive ? 0 : input.data.count + TestRunInput.headroom
    let wantsContext = !input.context.isEmpty && !input.isLive
    while true {
      let output = NativeBuffer(count: capacity)
      let context = NativeBuffer(count: input.context.count)
      var attributes = attributes(input)
      if capacity > 0 {
        attributes.set(UInt32(truncatingIfNeeded: capacity), at: 12)
        attributes.set(output, at: 24)
      }
      if wantsContext, type != .systemCall {
        attributes.set(UInt32(truncatingIfNeeded: context.count), at: 44)
        attributes.set(context, at: 56)
      }
      do {
        try attributes.call(.programTestRun)
      } catch {
        let wanted = Int(attributes.get(UInt32.self, at: 12))
        guard error == .noSpace, wanted > capacity else { throw failure(error, input) }
        capacity = wanted
        continue
      }
      return TestRunResult(
        verdict: attributes.get(Int32.self, at: 4),
        data: input.isLive ? [] : output.bytes(0..<Int(attributes.get(UInt32.self, at: 12))),
        context: wantsContext ? context.bytes(0..<context.count) : [],
        nanoseconds: attributes.get(UInt32.self, at: 36))
    }
  }

  private func attributes(_ input: TestRunInput) -> Attributes {
    var attributes = Attributes(size: 80)
    attributes.set(descriptor, at: 0)
    if !input.data.isEmpty {
      attributes.set(UInt32(truncatingIfNeeded: input.data.count), at: 8)
      attributes.set(NativeBuffer(input.data), at: 16)
    }
    // A program of type `systemCall` runs once, and the kernel insists that no number is given.
    if type != .systemCall { attributes.set(max(input.repeatCount, 1), at: 32) }
    if !input.context.isEmpty {
      attributes.set(UInt32(truncatingIfNeeded: input.context.count), at: 40)
      attributes.set(NativeBuffer(input.context), at: 48)
    }
    if input.isLive { attributes.set(TestRunInput.liveFrames, at: 64) }
    return attributes
  }

  private func failure(_ errno: Errno, _ input: TestRunInput) -> KernelError {
    let tooShort = errno == .invalidArgument && !input.data.isEmpty && input.data.count < 14
    return KernelError(
      "run", subject, errno: errno,
      detail: tooShort ? "\(input.data.count) bytes are less than an Ethernet header" : nil)
  }
}

extension TestRunInput {
  /// What a program may add in front without a second try.
  fileprivate static let headroom = 256
  /// BPF_F_TEST_XDP_LIVE_FRAMES of linux/bpf.h.
  fileprivate static let liveFrames: UInt32 = 2
}
