import CalicoAPI
import EBPF

extension LinuxKernel {
  public func attachments() throws -> [Attachment] {
    try packets.withLock { try attachments($0) }
  }

  private func attachments(_ datapath: LoadedDatapath) throws -> [Attachment] {
    let indices = try presentIndices()
    return try folder.slots().compactMap { slot in
      do {
        return try attachment(slot, presentIndex: indices[slot.interfaceName] ?? 0, datapath)
      } catch {
        // Whatever has the name of the pin is no program of ours on any interface.
        return Attachment(slot: slot, interfaceIndex: 0, program: nil)
      }
    }
  }

  public func attach(
    _ program: DatapathProgram, at slot: AttachmentSlot, interfaceIndex: UInt32, by type: BPFAttachType
  ) throws {
    let mechanism = mechanism == .automatic && type == .tc ? .clsact : mechanism
    try packets.withLock { packets in
      let datapath = packets
      try inNamespace { [self] in
        let link = try TrafficControl.attach(
          datapath.program(program), interface: interfaceIndex, slot.hook.trafficControl, mechanism: mechanism)
        try link.pin(folder.link(slot))
        if try link.info() == nil { remember(program, at: slot, interfaceIndex: interfaceIndex) }
      }
    }
  }

  public func replace(with program: DatapathProgram, at slot: AttachmentSlot) throws {
    try packets.withLock { try put(program, of: $0, at: slot) }
  }

  /// Has all hooks, and those that get a program from now on, run the programs of `datapath`.
  ///
  /// - Parameter effect: called before each change.
  func replaceAll(with datapath: LoadedDatapath, _ effect: () throws -> Void) throws {
    try packets.withLock { packets in
      packets = datapath
      // The second halves first: what they do with tables, the first halves before know of.
      try effect()
      try datapath.fillSlots()
      for attachment in try hooks(datapath) {
        try effect()
        do {
          try put(kind(at: attachment.slot, in: datapath), of: datapath, at: attachment.slot)
        } catch {
          // An interface that has gone meanwhile carries no packets.
          guard try presentIndex(of: attachment.slot) != attachment.interfaceIndex else { throw error }
        }
      }
    }
  }

  /// Throws unless all hooks run programs of this version, for which others can be put in their place.
  func requireKnownHooks() throws {
    try packets.withLock { datapath in
      for attachment in try hooks(datapath) { _ = try kind(at: attachment.slot, in: datapath) }
    }
  }

  /// What runs at the hooks of interfaces that are there. One that cannot be read is no reason to go on without it.
  private func hooks(_ datapath: LoadedDatapath) throws -> [Attachment] {
    let indices = try presentIndices()
    let present = Set(indices.values)
    return try folder.slots().compactMap { slot in
      do {
        return try attachment(slot, presentIndex: indices[slot.interfaceName] ?? 0, datapath)
      } catch {
        guard indices[slot.interfaceName] != nil else { return nil }
        throw DataplaneFailure(subject: "program at \(slot)", reason: "\(error)")
      }
    }.filter { present.contains($0.interfaceIndex) }
  }

  /// Which program the slot's is, on whatever maps.
  private func kind(at slot: AttachmentSlot, in datapath: LoadedDatapath) throws -> DatapathProgram {
    let running = try runningProgram(at: slot)
    guard let running, let program = datapath.program(sameCodeAs: running) else {
      throw DataplaneFailure(
        subject: "program at \(slot)", reason: "it is of another version, and may not find all flows")
    }
    return program
  }

  /// A clsact filter's pin is the program itself.
  private func runningProgram(at slot: AttachmentSlot) throws -> ProgramInfo? {
    try inNamespace { [self] in
      guard let link = try open(slot) else { return nil }
      guard let info = try link.info() else { return try LoadedProgram.openPinned(folder.link(slot))?.info() }
      return try LoadedProgram.open(id: info.program)?.info()
    }
  }

  private func put(_ program: DatapathProgram, of datapath: LoadedDatapath, at slot: AttachmentSlot) throws {
    try inNamespace { [self] in
      guard let link = try open(slot) else {
        throw DataplaneFailure(subject: "program at \(slot)", reason: "its pin is gone")
      }
      try link.update(datapath.program(program))
      if try link.info() == nil { remember(program, at: slot, interfaceIndex: try presentIndex(of: slot)) }
    }
  }

  private func remember(_ program: DatapathProgram, at slot: AttachmentSlot, interfaceIndex: UInt32) {
    filters.withLock { $0[slot] = Attachment(slot: slot, interfaceIndex: interfaceIndex, program: program) }
  }

  public func detach(_ slot: AttachmentSlot) throws {
    try packets.withLock { _ in
      try inNamespace { [self] in
        let index = try filters.withLock { $0[slot]?.interfaceIndex } ?? presentIndex(of: slot)
        try folder.detach(slot, interfaceIndex: index)
        filters.withLock { $0[slot] = nil }
      }
    }
  }

  /// The slot's link, or clsact filter, by its pin.
  private func open(_ slot: AttachmentSlot) throws -> Link? {
    let index = try filters.withLock { $0[slot]?.interfaceIndex } ?? presentIndex(of: slot)
    return try TrafficControl.open(pinned: folder.link(slot), interface: index, slot.hook.trafficControl)
  }

  private func presentIndices() throws -> [String: UInt32] {
    Dictionary(try netlink.links().map { ($0.name, UInt32($0.index)) }) { $1 }
  }

  private func presentIndex(of slot: AttachmentSlot) throws -> UInt32 {
    UInt32(try netlink.findLink(named: slot.interfaceName)?.index ?? 0)
  }

  private func attachment(
    _ slot: AttachmentSlot, presentIndex: UInt32, _ datapath: LoadedDatapath
  ) throws -> Attachment? {
    try inNamespace { [self] in
      let path = folder.link(slot)
      let pinned = try TrafficControl.open(pinned: path, interface: presentIndex, slot.hook.trafficControl)
      guard let pinned else { return nil }
      guard let info = try pinned.info() else {
        // A clsact filter of an earlier run: put again, which replaces it where it is there.
        let known = filters.withLock { $0[slot] }
        return known ?? Attachment(slot: slot, interfaceIndex: presentIndex, program: nil)
      }
      let attached = try LoadedProgram.open(id: info.program)?.info()
      return Attachment(
        slot: slot, interfaceIndex: info.interface ?? 0, program: attached.flatMap { datapath.program(like: $0) })
    }
  }
}

extension AttachmentHook {
  var trafficControl: TrafficControl.Hook { self == .ingress ? .ingress : .egress }
}
