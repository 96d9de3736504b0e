/// Elements under small numbers that are used again when they are free.
struct SlotTable<Element> {
  private var elements: [Element?] = []
  private var free: [Int32] = []

  var count: Int { elements.count - free.count }

  /// The slots in use, in ascending order.
  var slots: [Int32] { elements.indices.filter { elements[$0] != nil }.map(Int32.init) }

  mutating func insert(_ element: Element) -> Int32 {
    if let slot = free.popLast() {
      elements[Int(slot)] = element
      return slot
    }
    elements.append(element)
    return Int32(elements.count - 1)
  }

  mutating func remove(_ slot: Int32) {
    precondition(elements[Int(slot)] != nil, "slot \(slot) is free already")
    elements[Int(slot)] = nil
    free.append(slot)
  }

  /// `slot` is in use: whoever has its number inserted it.
  subscript(slot: Int32) -> Element {
    _read {
      guard let element = elements[Int(slot)] else { preconditionFailure("slot \(slot) is free") }
      yield element
    }
    _modify {
      guard var element = elements[Int(slot)] else { preconditionFailure("slot \(slot) is free") }
      // Taken out while it is changed: what it holds is not copied.
      elements[Int(slot)] = nil
      defer { elements[Int(slot)] = element }
      yield &element
    }
  }
}
