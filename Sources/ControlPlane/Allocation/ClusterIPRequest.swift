import CalicoAPI

/// What a Service asks for: addresses, families and their policy, some of it left open.
struct ClusterIPRequest {
  private(set) var policy: String
  private let clusterIP: String
  var addresses: [String]
  private let requested: [IPAddress.Family]
  private let hasSelector: Bool
  private let policyWasGiven: Bool
  /// Addresses the service has already.
  private(set) var kept: Set<String> = []

  init(_ spec: JSON) {
    clusterIP = spec["clusterIP"]?.string ?? ""
    addresses = (spec["clusterIPs"]?.array ?? []).compactMap(\.string)
    if addresses.isEmpty && !clusterIP.isEmpty { addresses = [clusterIP] }
    requested = (spec["ipFamilies"]?.array ?? []).compactMap { IPAddress.Family(rawValue: $0.string ?? "") }
    hasSelector = !(spec["selector"]?.isEmpty ?? true)
    let given = spec["ipFamilyPolicy"]?.string ?? ""
    policyWasGiven = !given.isEmpty
    policy = given
    if given.isEmpty {
      let isDual = requested.count == 2 || addresses.count == 2 || (addresses.first == "None" && !hasSelector)
      policy = isDual ? "RequireDualStack" : "SingleStack"
    }
  }

  var isHeadless: Bool { addresses.first == "None" }

  private var isDual: Bool { policy != "SingleStack" }

  /// Fields that contradict each other.
  var contradiction: FieldError? {
    if !clusterIP.isEmpty, let first = addresses.first, first != clusterIP {
      return .invalid("spec.clusterIPs", JSON(addresses), "first value must match `clusterIP`")
    }
    if addresses.count > 2 {
      return .invalid("spec.clusterIPs", JSON(addresses), "may only hold up to 2 values")
    }
    if isHeadless && addresses.count > 1 {
      return .invalid("spec.clusterIPs", JSON(addresses), "'None' must be the first and only value")
    }
    if requested.count == 2 && requested[0] == requested[1] {
      return .duplicate("spec.ipFamilies[1]", .string(requested[1].rawValue))
    }
    return nil
  }

  /// The primary address and family stay as long as the service is of this kind; the second may come and go.
  mutating func change(from old: JSON?) -> FieldError? {
    let before = (old?["clusterIPs"]?.array ?? []).compactMap(\.string)
    guard let primary = before.first, old?["type"]?.string != "ExternalName" else { return nil }
    kept = Set(before)
    if addresses.first != primary {
      return .invalid("spec.clusterIPs[0]", JSON(addresses), "may not change once set")
    }
    let family = old?["ipFamilies"]?.array?.first?.string
    if let family, let first = requested.first, first.rawValue != family {
      return .invalid("spec.ipFamilies[0]", JSON(requested.map(\.rawValue)), "may not change once set")
    }
    return nil
  }

  /// The families in the order the service has them.
  /// - Parameter order: the cluster's families, its own first.
  func families(order: [IPAddress.Family]) -> Result<[IPAddress.Family], FieldError> {
    var families = requested
    for (index, text) in addresses.enumerated() where index >= families.count {
      if let address = IPAddress(text), !families.contains(address.family) { families.append(address.family) }
    }
    if families.isEmpty { families = Array(order.prefix(1)) }
    if isDual {
      families += order.filter { !families.contains($0) }
      return .success(families)
    }
    // Going back to one family drops the second, as long as nothing new is asked for.
    if families.count > 1 && kept.isEmpty && policyWasGiven {
      return .failure(
        .invalid(
          "spec.ipFamilyPolicy", .string(policy),
          "must be RequireDualStack or PreferDualStack when multiple 'clusterIPs' or 'ipFamilies' are specified"))
    }
    return .success(Array(families.prefix(1)))
  }
}
