/// What a descriptor stands for.
enum ObjectKind: String, Sendable {
  case map
  case program
  case link

  /// As procfs tells; nil when it does not, or the descriptor is of something else.
  init?(_ descriptor: Descriptor) {
    guard let information = try? SystemFile.text("/proc/self/fdinfo/\(descriptor.rawValue)") else { return nil }
    let fields = Set(information.split(separator: "\n").compactMap { $0.split(separator: ":").first })
    // A link names its program too.
    if fields.contains("link_id") {
      self = .link
    } else if fields.contains("map_id") {
      self = .map
    } else if fields.contains("prog_id") {
      self = .program
    } else {
      return nil
    }
  }
}
