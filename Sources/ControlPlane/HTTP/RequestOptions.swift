/// The query parameters of a request that the API knows.
struct RequestOptions: Sendable {
  enum FieldValidation: String, Sendable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"
  }

  var labelSelector = LabelSelector()
  var fieldSelector = FieldSelector()
  var limit: Int?
  var continuation: ContinueToken?
  /// As sent: nil and "0" have meanings of their own.
  var resourceVersion: String?
  var resourceVersionMatch: String?
  var watch = false
  var timeoutSeconds: Int?
  var allowWatchBookmarks = false
  var sendInitialEvents: Bool?
  var dryRun = false
  var fieldValidation = FieldValidation.warn
  var gracePeriodSeconds: Int64?
  var includeObject = TablePresenter.IncludedObject.metadata

  init() {}

  init(_ query: [(name: String, value: String)]) throws(APIError) {
    for (name, value) in query {
      switch name {
      case "labelSelector": labelSelector = try LabelSelector(value)
      case "fieldSelector": fieldSelector = try FieldSelector(value)
      case "limit": limit = try Self.count(name, value).flatMap { $0 == 0 ? nil : $0 }
      case "continue": continuation = value.isEmpty ? nil : try ContinueToken(value)
      case "resourceVersion": resourceVersion = value.isEmpty ? nil : value
      case "resourceVersionMatch": resourceVersionMatch = value.isEmpty ? nil : value
      case "watch": watch = Self.flag(value)
      case "timeoutSeconds": timeoutSeconds = try Self.count(name, value)
      case "allowWatchBookmarks": allowWatchBookmarks = Self.flag(value)
      case "sendInitialEvents": sendInitialEvents = Self.flag(value)
      case "dryRun": dryRun = try Self.dryRun(value)
      case "fieldValidation": fieldValidation = try Self.fieldValidation(value)
      case "gracePeriodSeconds": gracePeriodSeconds = try Self.count(name, value).map(Int64.init)
      case "includeObject": includeObject = .init(rawValue: value) ?? .metadata
      default: break  // unknown parameters are ignored, as Kubernetes does
      }
    }
  }

  private static func flag(_ value: String) -> Bool { !["0", "false", "False", "FALSE", "f"].contains(value) }

  private static func count(_ name: String, _ value: String) throws(APIError) -> Int? {
    if value.isEmpty { return nil }
    guard let number = Int(value), number >= 0 else {
      throw .badRequest("invalid query parameter \(name)=\"\(value)\": must be a whole number of 0 or more")
    }
    return number
  }

  static func dryRun(_ value: String) throws(APIError) -> Bool {
    guard value == "All" else {
      throw .badRequest("invalid query parameter dryRun=\"\(value)\": supported values: \"All\"")
    }
    return true
  }

  private static func fieldValidation(_ value: String) throws(APIError) -> FieldValidation {
    if value.isEmpty { return .warn }
    guard let validation = FieldValidation(rawValue: value) else {
      throw .badRequest(
        "invalid query parameter fieldValidation=\"\(value)\": supported values: \"Ignore\", \"Strict\", \"Warn\"")
    }
    return validation
  }
}
