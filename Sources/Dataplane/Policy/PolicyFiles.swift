import DataplaneABI
import Policy

/// Keeps the files of a `PolicyFolder` as what is enforced. They are for people: what goes wrong with them is told, and hinders nothing.
struct PolicyFiles {
  private let folder: PolicyFolder
  /// The file names, with the program that each tells of.
  private var written: [String: UInt32]?
  private var revision: Int?

  init(_ folder: PolicyFolder) { self.folder = folder }

  /// - Parameters:
  ///   - pods: "namespace/name" by interface.
  ///   - isWanted: `bpfPolicyDebugEnabled`.
  /// - Returns: a sentence about what could not be written.
  mutating func settle(_ policies: PolicyReconciler, pods: [String: String], isWanted: Bool) -> String? {
    if written == nil { folder.clear() }
    var files = written ?? [:]
    defer { written = files }
    guard isWanted else {
      for name in files.keys { folder.remove(name) }
      files = [:]
      revision = nil
      return nil
    }
    if revision == policies.revision { return nil }
    let records = policies.installed(pods: pods)
    for name in Set(files.keys).subtracting(records.map(\.fileName)) {
      folder.remove(name)
      files[name] = nil
    }
    for record in records where files[record.fileName] != record.number {
      do {
        try folder.write(record.record)
        files[record.fileName] = record.number
      } catch {
        return "what policies do cannot be written to \(folder.path): \(error)"
      }
    }
    revision = policies.revision
    return nil
  }
}

/// A policy in a slot of a pod.
struct InstalledPolicy {
  var interface: String
  var pod: String
  var slot: UInt32
  var number: UInt32
  var programName: String
  var policy: EffectivePolicy
  var family: AddressFamily

  var fileName: String { "\(interface)_\(policy.direction.rawValue)_v\(family.rawValue).json" }

  var record: PolicyRecord {
    PolicyRecord(
      interface: interface, direction: policy.direction.rawValue, family: family.rawValue, pod: pod, program: number,
      programName: programName, slot: slot, rules: policy.ruleRecords)
  }
}

extension PolicyReconciler {
  /// What is in all slots of pods.
  func installed(pods: [String: String]) -> [InstalledPolicy] {
    var installed: [InstalledPolicy] = []
    for interface in slots.interfaces.sorted() {
      guard let base = slots.base(interface) else { continue }
      for family in AddressFamily.allCases {
        for direction in PolicyDirection.allCases {
          let slot = PolicySlot.slot(base, family, direction)
          guard let key = shared.installed[slot], let entry = shared[key] else { continue }
          installed.append(
            InstalledPolicy(
              interface: interface, pod: pods[interface] ?? "", slot: slot, number: entry.number,
              programName: entry.compiled.name, policy: key.policy, family: family))
        }
      }
    }
    return installed
  }
}
