/// BPF_PROG_LOAD of one program whose references are resolved.
struct ProgramLoader {
  let spec: ProgramSpec
  let instructions: [Instruction]
  let btf: Descriptor?
  let keepsLog: Bool

  func load() throws(KernelError) -> LoadedProgram.Shared {
    do {
      let (descriptor, log) = try LogBuffer.run(size: 144, keepsLog: keepsLog) { (log, attributes) throws(Errno) in
        if let log {
          attributes.set(UInt32(ProgramLoader.logLevel), at: 24)
          attributes.set(UInt32(log.count), at: 28)
          attributes.set(log, at: 32)
        }
        fill(&attributes)
        return try attributes.open(.programLoad)
      }
      return LoadedProgram.Shared(name: spec.name, type: spec.type, log: VerifierLog(log), descriptor: descriptor)
    } catch {
      throw KernelError(
        "load", "program \(spec.name)", errno: error.errno, fix: fix(error), log: VerifierLog(error.log))
    }
  }

  private func fill(_ attributes: inout Attributes) {
    attributes.set(spec.type.rawValue, at: 0)
    attributes.set(UInt32(truncatingIfNeeded: instructions.count), at: 4)
    attributes.set(NativeBuffer(instructions.flatMap(\.bytes)), at: 8)
    attributes.set(NativeBuffer(spec.license), at: 16)
    // The kernel takes these as programs that may sleep, and not otherwise (BPF_F_SLEEPABLE).
    if spec.type == .systemCall { attributes.set(UInt32(1 << 4), at: 44) }
    attributes.setName(spec.name, at: 48)
    if let attach = spec.attach { attributes.set(attach.rawValue, at: 68) }
    // The kernel wants a function record for every subprogram, or none at all.
    guard let btf, spec.functionInfo.count == spec.subprograms.count else { return }
    attributes.set(btf, at: 72)
    set(spec.functionInfo, at: 76, &attributes)
    if spec.lineInfo.count > 0 { set(spec.lineInfo, at: 92, &attributes) }
  }

  /// Record size, pointer and count, in the layout that both kinds of records share.
  private func set(_ records: InfoRecords, at offset: Int, _ attributes: inout Attributes) {
    attributes.set(UInt32(records.recordSize), at: offset)
    attributes.set(NativeBuffer(records.bytes), at: offset + 4)
    attributes.set(UInt32(records.count), at: offset + 12)
  }

  private func fix(_ failure: LogBuffer.Failure) -> String? {
    guard failure.log.contains("cannot call GPL-restricted function") else { return nil }
    return "Give the object a GPL-compatible licence."
  }

  /// BPF_LOG_LEVEL1 (what the verifier does) and BPF_LOG_STATS.
  private static let logLevel = 1 | 4
}
