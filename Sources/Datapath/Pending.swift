/// What is left to do for a packet once policies have decided. Not an enum: it lives in a map.
struct Pending: RawRepresentable, Equatable, BitwiseCopyable {
  var rawValue: UInt32
  @inline(__always) init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Its flow's entry is to be resolved anew.
  @inline(__always) static var refresh: Pending { Pending(rawValue: 0) }
  /// It opens a flow that nothing translates.
  @inline(__always) static var plain: Pending { Pending(rawValue: 1) }
  /// What its packets become is worked out.
  @inline(__always) static var translated: Pending { Pending(rawValue: 2) }
  /// Its backend is on another node, `tunnelEnd`.
  @inline(__always) static var relayed: Pending { Pending(rawValue: 3) }
  /// It is the host stack's.
  @inline(__always) static var pass: Pending { Pending(rawValue: 4) }
}
