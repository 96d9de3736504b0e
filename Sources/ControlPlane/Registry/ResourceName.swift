/// Names one resource of the API: what a URL path and a kind both stand for.
struct ResourceName: Sendable, Hashable {
  /// Empty for the core group.
  var group: String
  var version: String
  /// As in URL paths, e.g. "endpointslices".
  var plural: String
  /// As in objects, e.g. "EndpointSlice".
  var kind: String

  /// "v1" or "discovery.k8s.io/v1".
  var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// "pods" or "endpointslices.discovery.k8s.io", as in error messages.
  var qualified: String { group.isEmpty ? plural : "\(plural).\(group)" }
}
