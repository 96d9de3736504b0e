extension Map {
  /// Opens the map that the kernel knows under `id`, as a program's record names it; nil when there is none any more.
  public static func open(id: UInt32) throws(KernelError) -> Map? {
    var attributes = Attributes(size: 12)
    attributes.set(id, at: 0)
    let descriptor: Descriptor
    do {
      descriptor = try attributes.open(.mapByID)
    } catch {
      if error == .noEntry { return nil }
      throw KernelError("open", "map id \(id)", errno: error)
    }
    return try Map(name: "id \(id)", descriptor: descriptor)
  }
}
