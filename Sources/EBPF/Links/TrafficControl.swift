/// The tc hooks of an interface, by tcx links where the kernel has them (6.6), else by clsact filters.
///
/// Interfaces are those of the calling thread's network namespace.
public enum TrafficControl {
  /// As seen from the interface: packets that come in by it, packets that leave by it.
  public enum Hook: UInt32, Sendable, CaseIterable {
    case ingress = 0
    case egress = 1

    var attach: AttachType { self == .ingress ? .tcxIngress : .tcxEgress }
  }

  public enum Mechanism: Sendable {
    /// tcx where the kernel has it.
    case automatic
    case tcx
    case clsact
  }

  /// Attaches `program`.
  ///
  /// - Parameters:
  ///   - interface: its index.
  ///   - order: where among the programs that are there; a clsact filter takes `ClsactFilter.priority` instead.
  ///   - expectedRevision: tcx: of `query`; the attachment fails with `ESTALE` when somebody changed the list since.
  public static func attach(
    _ program: borrowing LoadedProgram, interface: UInt32, _ hook: Hook, order: LinkOrder = .last,
    expectedRevision: UInt64? = nil, mechanism: Mechanism = .automatic
  ) throws(KernelError) -> Link {
    let subject = "program \(program.name) at tc \(hook) of interface \(interface)"
    let usesTCX = mechanism == .automatic ? try isTCXAvailable() : mechanism == .tcx
    guard usesTCX else {
      return Link(.filter(try ClsactFilter.attach(program.shared, interface: interface, hook)), subject: subject)
    }
    return try Link.create(
      program, target: interface, hook.attach, flags: order.flags, subject: subject
    ) { attributes in
      attributes.set(order.anchor, at: 16)
      attributes.set(expectedRevision ?? 0, at: 24)
    }
  }

  /// Whatever `attach` and `Link.pin` left at `path`; nil when nothing is there.
  public static func open(pinned path: String, interface: UInt32, _ hook: Hook) throws(KernelError) -> Link? {
    let subject = "link of tc \(hook) of interface \(interface)"
    guard let descriptor = try Pin.open(path, subject: subject) else { return nil }
    if ObjectKind(descriptor) == .link { return Link(.kernel(descriptor), subject: subject) }
    try Pin.check(descriptor, .program, path, subject: subject)
    let program = try LoadedProgram(name: "at \(path)", descriptor)
    return Link(
      .filter(try ClsactFilter(adopting: program.shared, interface: interface, hook, path: path)), subject: subject)
  }

  /// Makes `program` run at the hook and stay there: replaces the program of the link pinned at `path`, or attaches
  /// and pins. A pinned link whose interface has gone is dropped first.
  public static func ensure(
    _ program: borrowing LoadedProgram, interface: UInt32, _ hook: Hook, pinnedAt path: String,
    order: LinkOrder = .last, mechanism: Mechanism = .automatic
  ) throws(KernelError) -> Link {
    if let link = try open(pinned: path, interface: interface, hook) {
      let attached = try link.info()?.interface
      if attached == nil || attached == interface {
        try link.update(program)
        return link
      }
      try Link.unpin(path)
    }
    let link = try attach(program, interface: interface, hook, order: order, mechanism: mechanism)
    try link.pin(path)
    return link
  }

  static func isTCXAvailable() throws(KernelError) -> Bool { try Feature.tcx.isAvailable() }
}
