import Foundation
import Netlink

/// What the lab made for a pod; written before it is made, so that nothing is ever left unknown.
struct PodRecord: Hashable, Sendable, Codable {
  var uid: String
  var pod: PodName
  var node: String
  /// The name of the pod's network namespace.
  var namespace: String
  /// The name of the node's network namespace.
  var nodeNamespace: String
  /// The host-side end of its cable.
  var interface: String
  var addresses: [InetAddress]
  var controlGroup: String
  /// By name of the container; processes that ended are left out.
  var processes: [String: ProcessIdentity] = [:]

  var sandbox: Sandbox {
    Sandbox(namespace: namespace, nodeNamespace: nodeNamespace, interface: interface, addresses: addresses)
  }
}

/// The records of all pods of a lab, one file each.
struct PodRecords: Sendable {
  let folder: String

  /// All records, by name of the pod.
  func all() throws(LabError) -> [PodRecord] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".json") }
    var records: [PodRecord] = []
    for name in names {
      if let record = try JSONFile<PodRecord>(path: "\(folder)/\(name)").load() { records.append(record) }
    }
    return records.sorted { $0.pod < $1.pod }
  }

  func save(_ record: PodRecord) throws(LabError) { try file(record.uid).save(record) }

  func remove(_ uid: String) { file(uid).remove() }

  private func file(_ uid: String) -> JSONFile<PodRecord> {
    // A uid is a UUID; anything else must not lead out of the folder.
    JSONFile(path: "\(folder)/\(uid.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }).json")
  }
}
