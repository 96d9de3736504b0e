/// Which changes a watch shows, and as what: an object that a selector ceases to match is deleted for the watcher.
struct WatchFilter: Sendable {
  let descriptor: ResourceDescriptor
  let namespace: String?
  let name: String?
  let labels: LabelSelector
  let fields: FieldSelector

  init(_ request: ResourceRequest, _ options: RequestOptions) {
    descriptor = request.descriptor
    namespace = request.namespace
    name = request.name
    labels = options.labelSelector
    fields = options.fieldSelector
  }

  func matches(_ object: StoredObject) -> Bool {
    (namespace == nil || namespace == object.key.namespace) && (name == nil || name == object.key.name)
      && labels.matches(object.value) && fields.matches(object.value, descriptor)
  }

  /// What the watcher sees of a change; nil when nothing.
  func event(_ change: Change) -> (kind: Change.Kind, object: StoredObject)? {
    let matched = change.previous.map(matches) ?? false
    if change.kind == .deleted { return matched ? (.deleted, change.object) : nil }
    switch (matched, matches(change.object)) {
    case (false, true): return (.added, change.object)
    case (true, true): return (.modified, change.object)
    case (true, false):
      guard let previous = change.previous else { return nil }
      return (.deleted, StoredObject(key: previous.key, revision: change.revision, value: previous.value))
    case (false, false): return nil
    }
  }
}
