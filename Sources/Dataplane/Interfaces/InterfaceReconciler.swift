import CalicoAPI
import DataplaneABI

/// Brings interfaces and the programs on them to what they should be, each interface by itself.
struct InterfaceReconciler<Kernel: InterfaceKernel> {
  private let kernel: Kernel
  private var attachments: [AttachmentSlot: Attachment] = [:]
  /// Whether `attachments` has to be read back first.
  private var isStale = true
  /// The kernel parameters that are set, by index of their interface, and what to.
  private var configured: [UInt32: [String: String]] = [:]
  private var nodeIsConfigured = false
  /// The interfaces, by index, when counters were last tidied up.
  private var counted: Set<UInt32>?

  init(kernel: Kernel) { self.kernel = kernel }

  /// The programs that are attached, as far as is known.
  var attachmentCount: Int { attachments.count }

  /// Has the next `refresh` read everything back.
  mutating func distrust() {
    isStale = true
    configured = [:]
    nodeIsConfigured = false
  }

  /// The interfaces have changed; indices may belong to others now.
  mutating func interfacesChanged(_ interfaces: [String: InterfaceState]) {
    isStale = true
    let indices = Set(interfaces.values.map(\.index))
    configured = configured.filter { indices.contains($0.key) }
  }

  /// Reads back what is attached, if that may have changed behind our back.
  mutating func refresh() throws {
    guard isStale else { return }
    attachments = Dictionary(try kernel.attachments().map { ($0.slot, $0) }) { $1 }
    isStale = false
  }

  /// Sets the node's own parameters, once.
  mutating func configureNode(_ interfaces: [String: InterfaceState]) throws {
    if nodeIsConfigured { return }
    try keepReversePathFilters(of: interfaces)
    try set(KernelParameters.node)
    nodeIsConfigured = true
  }

  /// Attaches an interface's programs and sets its parameters; swaps programs that are not the present ones.
  mutating func prepare(
    _ interface: InterfaceState, programs: [AttachmentHook: DatapathProgram],
    parameters: [(path: String, value: String)], by type: BPFAttachType
  ) throws {
    let wanted = Dictionary(parameters.map { ($0.path, $0.value) }) { $1 }
    if configured[interface.index] != wanted {
      try set(parameters)
      configured[interface.index] = wanted
    }
    for hook in AttachmentHook.allCases {
      guard let program = programs[hook] else { continue }
      let slot = AttachmentSlot(interfaceName: interface.name, hook: hook)
      try settle(program, at: slot, on: interface, by: type)
    }
  }

  /// Whether each of the slots holds a program of ours, this version or another, on this very interface.
  func isGuarded(_ interface: InterfaceState, programs: [AttachmentHook: DatapathProgram]) -> Bool {
    programs.keys.allSatisfy { hook in
      attachments[AttachmentSlot(interfaceName: interface.name, hook: hook)]?.interfaceIndex == interface.index
    }
  }

  /// Removes programs and pins of interfaces that are not in the set. Returns what could not be removed.
  mutating func detachAll(except names: Set<String>) -> [DataplaneFailure] {
    var failures: [DataplaneFailure] = []
    for slot in attachments.keys.sorted() where !names.contains(slot.interfaceName) {
      do {
        try kernel.detach(slot)
        attachments[slot] = nil
      } catch {
        isStale = true
        failures.append(DataplaneFailure(subject: "program at \(slot)", reason: "\(error)"))
      }
    }
    return failures
  }

  /// Deletes the counters of interfaces that are gone.
  mutating func forgetCounters(except interfaces: [String: InterfaceState]) throws {
    let indices = Set(interfaces.values.map(\.index))
    if counted == indices { return }
    try kernel.removeCounters(except: indices)
    counted = indices
  }

  private mutating func settle(
    _ program: DatapathProgram, at slot: AttachmentSlot, on interface: InterfaceState, by type: BPFAttachType
  ) throws {
    let action = AttachmentPlan.action(
      wanting: program, interfaceIndex: interface.index, present: attachments[slot])
    guard let action else { return }
    isStale = true
    switch action {
    case .attach(let program, let index):
      try kernel.createCounters(interfaceIndex: index, hook: slot.hook)
      try kernel.attach(program, at: slot, interfaceIndex: index, by: type)
    case .attachAnew(let program, let index):
      try kernel.detach(slot)
      attachments[slot] = nil
      try kernel.createCounters(interfaceIndex: index, hook: slot.hook)
      try kernel.attach(program, at: slot, interfaceIndex: index, by: type)
    case .replace(let program):
      try kernel.replace(with: program, at: slot)
    }
    attachments[slot] = Attachment(slot: slot, interfaceIndex: interface.index, program: program)
    isStale = false
  }

  private func set(_ parameters: [(path: String, value: String)]) throws {
    for parameter in parameters {
      guard let present = try kernel.readParameter(parameter.path), present != parameter.value else { continue }
      try kernel.writeParameter(parameter.path, parameter.value)
    }
  }

  /// Hands `all`, which is to become 0, down to the interfaces that are not ours, so that they stay as strict as they are.
  private func keepReversePathFilters(of interfaces: [String: InterfaceState]) throws {
    let all = try kernel.readParameter("net/ipv4/conf/all/rp_filter").flatMap { Int($0) } ?? 0
    guard all > 0 else { return }
    for name in interfaces.values.filter({ !$0.isWorkload }).map(\.name).sorted() + ["default"] {
      let path = "net/ipv4/conf/\(name)/rp_filter"
      guard let own = try kernel.readParameter(path).flatMap({ Int($0) }), own < all else { continue }
      try kernel.writeParameter(path, "\(all)")
    }
  }
}
