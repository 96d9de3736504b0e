import Dataplane

/// The cgroup's hooks of a kernel in memory.
struct FakeSockets: SocketKernel {
  let kernel: FakeKernel

  var hasCgroup: Bool { kernel.contents.cgroup != 0 }

  func attachments() throws -> [SocketAttachment] {
    let loaded = kernel.version.withLock { $0 }
    let contents = kernel.contents
    return contents.sockets.map { hook, program in
      SocketAttachment(
        hook: hook, isHere: program.interfaceIndex == contents.cgroup,
        program: program.version == loaded ? program.program : nil)
    }
  }

  func attach(_ program: DatapathProgram, at hook: SocketHook) throws {
    let version = kernel.version.withLock { $0 }
    try kernel.effect("attach socket") {
      guard $0.sockets[hook] == nil else { throw FakeKernel.Refusal(description: "File exists") }
      $0.sockets[hook] = FakeKernel.Program(interfaceIndex: $0.cgroup, program: program, version: version)
    }
  }

  func replace(with program: DatapathProgram, at hook: SocketHook) throws {
    let version = kernel.version.withLock { $0 }
    try kernel.effect("replace socket") {
      guard $0.sockets[hook] != nil else { throw FakeKernel.Refusal(description: "No such file or directory") }
      $0.sockets[hook]?.program = program
      $0.sockets[hook]?.version = version
    }
  }

  func detach(_ hook: SocketHook) throws { try kernel.effect("detach socket") { $0.sockets[hook] = nil } }
}
