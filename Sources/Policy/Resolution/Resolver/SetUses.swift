/// Which sets policies need, and how many need each.
struct SetUses: Sendable {
  private var uses: [IPSetID: Int] = [:]
  private var definitions: [IPSetID: IPSetDefinition] = [:]
  private var told: Set<IPSetID> = []
  private var touched: Set<IPSetID> = []

  mutating func retain(_ sets: [IPSetID: IPSetDefinition]) {
    for (id, definition) in sets {
      uses[id, default: 0] += 1
      definitions[id] = definition
      touched.insert(id)
    }
  }

  mutating func release(_ sets: [IPSetID: IPSetDefinition]) {
    for id in sets.keys {
      touched.insert(id)
      guard let count = uses[id] else { continue }
      uses[id] = count > 1 ? count - 1 : nil
      if count == 1 { definitions[id] = nil }
    }
  }

  /// What is needed now and was not when this was last asked, and the other way round.
  mutating func takeChanges() -> (added: [IPSetID: IPSetDefinition], removed: Set<IPSetID>) {
    var added: [IPSetID: IPSetDefinition] = [:]
    var removed: Set<IPSetID> = []
    for id in touched {
      if let definition = definitions[id] {
        if told.insert(id).inserted { added[id] = definition }
      } else if told.remove(id) != nil {
        removed.insert(id)
      }
    }
    touched = []
    return (added, removed)
  }
}
