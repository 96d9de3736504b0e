/// The ranges of services' addresses that a BGPConfiguration has nodes advertise.
public enum AdvertisedRanges {
  public static let fields = ["serviceClusterIPs", "serviceExternalIPs", "serviceLoadBalancerIPs"]

  /// The ranges as they stand there, in no order, and what is wrong with the rest.
  ///
  /// - Parameters:
  ///   - name: of the object, for messages.
  ///   - isPrefix: whether a text is a range of addresses.
  public static func reading(
    _ spec: OpenSpec, name: String, isPrefix: (String) -> Bool
  ) -> (ranges: [String], complaints: [FieldComplaint]) {
    var ranges: [String] = []
    var reader = FieldReader(LayeredFields([("BGPConfiguration \(name)", spec)]))
    for field in fields {
      guard let value = reader.value(field), value != .null else { continue }
      guard case .array(let blocks) = value else {
        reader.complain(field, "\(value) is not a list", "it is left out", isMistake: true)
        continue
      }
      for block in blocks {
        if case .object(let members) = block, case .string(let cidr)? = members["cidr"], isPrefix(cidr) {
          ranges.append(cidr)
        } else {
          reader.complain(
            field, "has an element whose cidr is not a range of addresses", "that element is left out", isMistake: true)
        }
      }
    }
    return (ranges, reader.complaints)
  }
}
