/// Ways to try a feature.
enum Probe {
  static func btf() throws(KernelError) -> Bool {
    var btf = BTF()
    _ = btf.addInteger("int", bits: 32, isSigned: true)
    return try answer([.invalidArgument]) { () throws(KernelError) in _ = try LoadedTypes.load(btf, name: "probe") }
  }

  static func map(_ spec: MapSpec) throws(KernelError) -> Bool {
    try answer([.invalidArgument, .operationNotSupported]) { () throws(KernelError) in
      _ = try Map.create(spec, btf: nil)
    }
  }

  static func batch() throws(KernelError) -> Bool {
    let spec = MapSpec(name: "probe", type: .hash, keySize: 4, valueSize: 4, maxEntries: 1)
    let map = try Map.create(spec)
    return try map.elements.lookUpBatches() != nil
  }

  /// Whether programs of a type may call `helper`: the verifier says so by its number, before it looks at arguments.
  static func helper(
    _ helper: Helper, from type: ProgramType = .schedulerClassifier, attach: AttachType? = nil
  ) throws(KernelError) -> Bool {
    var code = Assembler()
    code.call(helper)
    code.move(.r0, 0)
    code.exit()
    do throws(KernelError) {
      _ = try load(code, type, attach)
      return true
    } catch {
      guard error.errno == .invalidArgument || error.errno == .permissionDenied, !error.log.text.isEmpty else {
        throw error
      }
      return !["invalid func", "unknown func", "program of this type cannot use helper"].contains {
        error.log.text.contains($0)
      }
    }
  }

  /// An interface that cannot be: kernels with tcx look for it (`ENODEV`), others do not know the attach type.
  static func tcx() throws(KernelError) -> Bool {
    var code = Assembler()
    code.move(.r0, -1)
    code.exit()
    let program = try load(code)
    do throws(KernelError) {
      _ = try Link.create(program, target: .max, .tcxIngress, subject: "probe")
      return true
    } catch {
      if error.errno == .noDevice { return true }
      if error.errno == .invalidArgument { return false }
      throw error
    }
  }

  static func file(_ path: String) throws(KernelError) -> Bool {
    do throws(Errno) {
      _ = try SystemFile.read(path, limit: 1)
      return true
    } catch {
      if error == .noEntry { return false }
      throw KernelError("read", path, errno: error)
    }
  }

  private static func load(
    _ code: Assembler, _ type: ProgramType = .schedulerClassifier, _ attach: AttachType? = nil
  ) throws(KernelError) -> LoadedProgram {
    do {
      return try code.program("probe", type: type, attach: attach).load()
    } catch let error as KernelError {
      throw error
    } catch {
      throw KernelError("assemble", "probe", detail: "\(error)")
    }
  }

  /// Whether `body` succeeds; errors of `refusals` mean that it is not there.
  private static func answer(
    _ refusals: Set<Errno>, _ body: () throws(KernelError) -> Void
  ) throws(KernelError) -> Bool {
    do throws(KernelError) {
      try body()
      return true
    } catch {
      if let errno = error.errno, refusals.contains(errno) { return false }
      throw error
    }
  }
}
