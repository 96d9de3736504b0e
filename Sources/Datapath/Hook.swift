/// Where a program runs. The raw value is `CounterKey.hook`.
enum Hook: UInt32 {
  case ingress = 0
  case egress = 1
  /// A socket's system call; the interface of its row is 0.
  case socket = 2
}

/// Bits of `skb->mark`. Calico reserves 0x1ff00000; `NodeState.externalMark` has none of these.
enum Mark {
  /// A program of ours handled the packet and left it to the host stack; another one has nothing to add.
  @inline(__always) static var seen: UInt32 { 0x0100_0000 }
  /// The host stack may quote the packet in an ICMP error, and must not send it on: it was left untranslated for that.
  @inline(__always) static var onlyQuote: UInt32 { 0x0200_0000 }
}
