import KubernetesClient

/// A kind for the tests.
struct Gadget: KubernetesResource, Hashable {
  static var group: String { "test.example" }
  static var version: String { "v1" }
  static var kind: String { "Gadget" }
  static var plural: String { "gadgets" }
  static var isNamespaced: Bool { true }

  struct Metadata: Codable, Hashable {
    var name: String
    var namespace: String?
    var uid: String?
    var resourceVersion: String?
  }

  var metadata: Metadata
  var size: Int?

  init(_ name: String, _ resourceVersion: String = "", uid: String = "", size: Int? = nil) {
    metadata = Metadata(name: name, namespace: "ns", uid: uid, resourceVersion: resourceVersion)
    self.size = size
  }

  var name: String { metadata.name }
  var namespace: String { metadata.namespace ?? "" }
  var uid: String { metadata.uid ?? "" }
  var resourceVersion: String { metadata.resourceVersion ?? "" }
}

extension Delta<Gadget> {
  /// "+a@1" added, "~a@2" modified, "-a" deleted, "synced".
  var short: String {
    switch self {
    case .added(let gadget): "+\(gadget.name)@\(gadget.resourceVersion)"
    case .modified(let gadget): "~\(gadget.name)@\(gadget.resourceVersion)"
    case .deleted(let key): "-\(key.name)"
    case .synced: "synced"
    }
  }
}

/// The JSON of a gadget: "a@1" is a with version 1.
func gadgetJSON(_ short: String) -> String {
  let parts = short.split(separator: "@")
  return #"{"metadata":{"name":"\#(parts[0])","namespace":"ns","resourceVersion":"\#(parts[1])"}}"#
}

/// The JSON of a page of gadgets.
func pageJSON(_ gadgets: [String], version: String, next: String = "") -> String {
  let items = gadgets.map(gadgetJSON).joined(separator: ",")
  return
    #"{"kind":"GadgetList","metadata":{"resourceVersion":"\#(version)","continue":"\#(next)"},"items":[\#(items)]}"#
}

/// The line of a watch event: "ADDED a@1".
func eventLine(_ short: String) -> String {
  let parts = short.split(separator: " ")
  return #"{"type":"\#(parts[0])","object":\#(gadgetJSON(String(parts[1])))}"# + "\n"
}

/// The JSON of a Status.
func statusJSON(_ code: Int, _ reason: String, _ message: String) -> String {
  #"{"kind":"Status","status":"Failure","code":\#(code),"reason":"\#(reason)","message":"\#(message)"}"#
}
