/// Where a program goes among those at the same hook.
public enum LinkOrder: Sendable, Hashable {
  /// Another program of the hook.
  public enum Anchor: Sendable, Hashable {
    /// By the program's id.
    case program(UInt32)
    /// By the link's id.
    case link(UInt32)
  }

  case first
  case last
  case before(Anchor)
  case after(Anchor)

  /// BPF_F_BEFORE, BPF_F_AFTER, BPF_F_ID, BPF_F_LINK of linux/bpf.h.
  var flags: UInt32 {
    switch self {
    case .first: 1 << 3
    case .last: 1 << 4
    case .before(let anchor): 1 << 3 | anchor.flags
    case .after(let anchor): 1 << 4 | anchor.flags
    }
  }

  /// The id that the order is relative to; 0 is the end of the list.
  var anchor: UInt32 {
    switch self {
    case .first, .last: 0
    case .before(let anchor), .after(let anchor): anchor.id
    }
  }
}

extension LinkOrder.Anchor {
  fileprivate var flags: UInt32 {
    switch self {
    case .program: 1 << 5
    case .link: 1 << 5 | 1 << 13
    }
  }

  fileprivate var id: UInt32 {
    switch self {
    case .program(let id), .link(let id): id
    }
  }
}
