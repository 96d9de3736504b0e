extension ResourceDescriptor {
  static let event = ResourceDescriptor(
    name: ResourceName(group: "", version: "v1", plural: "events", kind: "Event"),
    shortNames: ["ev"], schema: .event, hasStatus: false,
    selectableFields: [
      "involvedObject.kind": ["involvedObject", "kind"], "involvedObject.name": ["involvedObject", "name"],
      "involvedObject.namespace": ["involvedObject", "namespace"], "involvedObject.uid": ["involvedObject", "uid"],
      "involvedObject.apiVersion": ["involvedObject", "apiVersion"],
      "involvedObject.resourceVersion": ["involvedObject", "resourceVersion"],
      "involvedObject.fieldPath": ["involvedObject", "fieldPath"], "reason": ["reason"], "type": ["type"],
      "reportingComponent": ["reportingComponent"], "source": ["source", "component"],
    ],
    columns: [
      TableColumn("Last Seen", "Time since it happened last.") { event, now in
        let last = event["lastTimestamp"] ?? event["eventTime"] ?? event["firstTimestamp"]
        return .string(Age.text(of: last, now: now))
      },
      TableColumn("Type", "Normal or Warning.") { event, _ in event["type"] ?? "" },
      TableColumn("Reason", "Why it happened, for machines.") { event, _ in event["reason"] ?? "" },
      TableColumn("Object", "What it happened to.") { event, _ in
        let object = event["involvedObject"]
        return .string("\(object?["kind"]?.string?.lowercased() ?? "")/\(object?["name"]?.string ?? "")")
      },
      TableColumn("Message", "Why it happened, for people.") { event, _ in event["message"] ?? "" },
      TableColumn("Name", format: "name", wide: true, "Name of the event.") { event, _ in
        event["metadata"]?["name"] ?? ""
      },
    ])
}
