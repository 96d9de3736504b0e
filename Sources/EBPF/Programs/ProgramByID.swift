extension LoadedProgram {
  /// Opens the program that the kernel knows under `id`, as a link's record names it; nil when there is none any more.
  public static func open(id: UInt32) throws(KernelError) -> LoadedProgram? {
    var attributes = Attributes(size: 12)
    attributes.set(id, at: 0)
    let descriptor: Descriptor
    do {
      descriptor = try attributes.open(.programByID)
    } catch {
      if error == .noEntry { return nil }
      throw KernelError("open", "program id \(id)", errno: error)
    }
    return try LoadedProgram(name: "id \(id)", descriptor)
  }
}
