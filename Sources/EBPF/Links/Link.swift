/// What holds a program at its hook. Closing a link detaches the program, unless the link is pinned.
public struct Link: ~Copyable, Sendable {
  enum Kind: Sendable {
    /// A `bpf_link`: the kernel detaches when the last descriptor and pin are gone.
    case kernel(Descriptor)
    /// A filter on a clsact qdisc, which acts like one.
    case filter(ClsactFilter)
  }

  let kind: Kind
  /// What is attached where, for errors.
  let subject: String

  init(_ kind: Kind, subject: String) {
    self.kind = kind
    self.subject = subject
  }

  /// Creates a `bpf_link`; `fill` sets what the kind of hook wants.
  static func create(
    _ program: borrowing LoadedProgram, target: UInt32, _ attach: AttachType, flags: UInt32 = 0, subject: String,
    _ fill: (inout Attributes) -> Void = { _ in }
  ) throws(KernelError) -> Link {
    var attributes = Attributes(size: 64)
    attributes.set(program.descriptor, at: 0)
    attributes.set(target, at: 4)
    attributes.set(attach.rawValue, at: 8)
    attributes.set(flags, at: 12)
    fill(&attributes)
    do {
      return Link(.kernel(try attributes.open(.linkCreate)), subject: subject)
    } catch {
      throw KernelError("attach", subject, errno: error)
    }
  }

  /// Puts `program` in the place of the one that runs, without a moment of neither.
  ///
  /// - Parameter old: when given, the swap happens only if this program is the one that runs.
  /// - Throws: `ENOLINK` when the interface has gone, `EPERM` when another program than `old` runs.
  public func update(_ program: borrowing LoadedProgram) throws(KernelError) { try update(program, flags: 0, old: nil) }

  public func update(_ program: borrowing LoadedProgram, replacing old: borrowing LoadedProgram) throws(KernelError) {
    try update(program, flags: Link.replaceOnly, old: old.descriptor)
  }

  private func update(
    _ program: borrowing LoadedProgram, flags: UInt32, old: Descriptor?
  ) throws(KernelError) {
    switch kind {
    case .filter(let filter):
      try filter.replace(with: program.shared)
    case .kernel(let descriptor):
      var attributes = Attributes(size: 16)
      attributes.set(descriptor, at: 0)
      attributes.set(program.descriptor, at: 4)
      attributes.set(flags, at: 8)
      if let old { attributes.set(old, at: 12) }
      do {
        try attributes.call(.linkUpdate)
      } catch {
        throw KernelError("replace", "\(subject) with program \(program.name)", errno: error)
      }
    }
  }

  /// Pins the link at `path` in bpffs: the program stays attached when this process ends.
  public func pin(_ path: String) throws(KernelError) {
    switch kind {
    case .kernel(let descriptor): try Pin.create(descriptor, at: path, subject: subject)
    case .filter(let filter): try filter.pin(path)
    }
  }

  /// Opens the link pinned at `path`; nil when nothing is there. For pins of tc programs see `TrafficControl.open`.
  public static func openPinned(_ path: String) throws(KernelError) -> Link? {
    guard let descriptor = try Pin.open(path, .link, subject: "link") else { return nil }
    return Link(.kernel(descriptor), subject: "link pinned at \(path)")
  }

  /// Removes a pin; the program detaches with the link's last descriptor.
  public static func unpin(_ path: String) throws(KernelError) { try Pin.remove(path, subject: "link") }

  /// Detaches the program now, whoever else holds the link.
  public consuming func detach() throws(KernelError) {
    switch kind {
    case .filter(let filter): try filter.detach()
    case .kernel(let descriptor):
      var attributes = Attributes(size: 4)
      attributes.set(descriptor, at: 0)
      do {
        try attributes.call(.linkDetach)
      } catch {
        throw KernelError("detach", subject, errno: error)
      }
    }
  }

  /// What the kernel says about the link; nil for a clsact filter, which has no such record.
  public func info() throws(KernelError) -> LinkInfo? {
    guard case .kernel(let descriptor) = kind else { return nil }
    do {
      return try LinkInfo(descriptor)
    } catch {
      throw KernelError("ask about", subject, errno: error)
    }
  }

  /// BPF_F_REPLACE
  private static let replaceOnly: UInt32 = 1 << 2
}
