/// The sets whose members are what selectors match.
struct SelectedMembers {
  private struct SelectedSet {
    let id: IPSetID
    let kind: IPSetKind
  }

  private var index = SelectorIndex()
  private var slots: [LabelledObjectID: Int32] = [:]
  /// By the index's slots of objects.
  private var attachments: [Int32: ObjectAttachments] = [:]
  private var owners = AddressOwners()
  /// By the index's slots of selectors.
  private var sets: [Int32: SelectedSet] = [:]

  var textCount: Int { index.textCount }

  // MARK: Objects

  mutating func setObject(_ id: LabelledObjectID, _ object: LabelledObject, _ changes: inout PendingChanges) {
    let slot = slots[id] ?? index.insertObject()
    slots[id] = slot
    attach(slot, ObjectAttachments(addresses: object.addresses, ports: object.ports), &changes)
    index.relabel(slot, object.labels, parents: object.parents)
    refresh(slot, &changes)
  }

  mutating func removeObject(_ id: LabelledObjectID, _ changes: inout PendingChanges) {
    guard let slot = slots.removeValue(forKey: id) else { return }
    attach(slot, ObjectAttachments(), &changes)
    attachments[slot] = nil
    _ = index.endMatches(of: slot)
    index.relabel(slot, [:], parents: [])
    index.removeObject(slot)
  }

  mutating func setParent(_ id: LabelParentID, _ labels: [String: String], _ changes: inout PendingChanges) {
    // One by one: what an address's other owners match is looked at as each of them changes.
    for object in index.setParent(id, labels) { refresh(object, &changes) }
  }

  private mutating func refresh(_ object: Int32, _ changes: inout PendingChanges) {
    let change = index.refresh(object)
    for slot in change.began {
      guard let set = sets[slot] else { continue }
      for member in ownMembers(of: object, in: slot, set.kind) { changes.add(member, to: set.id) }
    }
    for slot in change.ended {
      guard let set = sets[slot] else { continue }
      for member in ownMembers(of: object, in: slot, set.kind) { changes.remove(member, from: set.id) }
    }
  }

  /// Members of a set that only this object makes.
  private func ownMembers(of object: Int32, in set: Int32, _ kind: IPSetKind) -> [IPSetMember] {
    (attachments[object]?.members(of: kind) ?? []).filter { !isMade($0, of: kind, in: set, otherThanBy: object) }
  }

  /// Gives an object other addresses and ports, in the sets that it is in.
  private mutating func attach(_ object: Int32, _ new: ObjectAttachments, _ changes: inout PendingChanges) {
    let old = attachments[object] ?? ObjectAttachments()
    guard new != old else { return }
    for slot in index.selectors(matching: object) {
      guard let set = sets[slot] else { continue }
      let before = Set(old.members(of: set.kind))
      let after = Set(new.members(of: set.kind))
      for member in before.symmetricDifference(after)
      where !isMade(member, of: set.kind, in: slot, otherThanBy: object) {
        if after.contains(member) { changes.add(member, to: set.id) } else { changes.remove(member, from: set.id) }
      }
    }
    for address in old.addresses { owners.remove(object, address) }
    for address in new.addresses { owners.insert(object, address) }
    attachments[object] = new
  }

  private func isMade(_ member: IPSetMember, of kind: IPSetKind, in set: Int32, otherThanBy object: Int32) -> Bool {
    for other in owners.owners(of: member.address) where other != object && index.isMatch(set, other) {
      if attachments[other]?.make(member, of: kind) == true { return true }
    }
    return false
  }

  // MARK: Sets

  /// The set's slot; its members are there at once.
  mutating func insert(_ id: IPSetID, _ selector: Selector, _ kind: IPSetKind) -> Int32 {
    let slot = index.insert(selector)
    sets[slot] = SelectedSet(id: id, kind: kind)
    return slot
  }

  mutating func remove(_ slot: Int32) {
    index.removeSelector(slot)
    sets[slot] = nil
  }

  func members(of slot: Int32) -> Set<IPSetMember> {
    guard let set = sets[slot] else { return [] }
    var members: Set<IPSetMember> = []
    for object in index.objects(matching: slot) {
      members.formUnion(attachments[object]?.members(of: set.kind) ?? [])
    }
    return members
  }
}
