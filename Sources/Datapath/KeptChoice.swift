import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// The choice that was made before, if its backend may still be chosen. It is known by its address: its ordinal changes
  /// when others come and go. `member` is room to ask with.
  @inline(__always)
  static func kept(
    _ key: UnsafePointer<ChoiceKey<Address>>, _ frontend: UnsafeMutablePointer<Frontend>, _ span: BackendSpan,
    _ member: UnsafeMutablePointer<MemberKey<Address>>
  ) -> UnsafeMutablePointer<Choice<Address>>? {
    guard let choice = choices.lookup(key), choice.pointee.key.id == frontend.pointee.id else { return nil }
    member.pointee = MemberKey(
      id: frontend.pointee.id, address: choice.pointee.backend.address, port: choice.pointee.backend.port)
    guard let flags = members.lookup(member), flags.pointee.has(.takesNew) else { return nil }
    // Where only some may be chosen their ordinals tell which they are.
    if span.first != 0 || span.end < frontend.pointee.count { return stays(choice, span) ? choice : nil }
    return choice
  }

  @inline(__always)
  private static func stays(_ choice: UnsafeMutablePointer<Choice<Address>>, _ span: BackendSpan) -> Bool {
    var key = choice.pointee.key
    guard span.has(key.ordinal), let backend = backends.lookup(&key) else { return false }
    return backend.pointee.address == choice.pointee.backend.address
      && backend.pointee.port == choice.pointee.backend.port
  }
}
