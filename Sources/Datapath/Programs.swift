import DataplaneABI
import KernelRuntime

/// tc ingress of a pod's host-side interface: what the pod sends.
@inline(__always) public func workloadIngress(_ buffer: SocketBuffer) -> Verdict {
  let verdict = fromWorkload(buffer)
  return verdict == .ask ? askPolicies(buffer, .ingress) : verdict
}

/// The same packet, once policies have decided.
@inline(__always) public func workloadIngressDecided(_ buffer: SocketBuffer) -> Verdict {
  guard let scratch = Scratch.current else { return .drop }
  do throws(Drop) {
    return buffer.etherType.rawValue == EtherType.ipv4.bigEndian
      ? try IPv4.proceed(buffer, IPv4.scratchPacket(scratch), .workload)
      : try IPv6.proceed(buffer, IPv6.scratchPacket(scratch), .workload)
  } catch { return refuseWorkload(error, buffer, scratch) }
}

@inline(__always) private func fromWorkload(_ buffer: SocketBuffer) -> Verdict {
  guard let scratch = Scratch.current else { return .drop }
  do throws(Drop) {
    guard !buffer.hasVLANTag else { throw .unsupportedEtherType }
    switch buffer.etherType.rawValue {
    case EtherType.ipv4.bigEndian: return try IPv4.fromWorkload(buffer, IPv4.scratchPacket(scratch))
    case EtherType.ipv6.bigEndian: return try IPv6.fromWorkload(buffer, IPv6.scratchPacket(scratch))
    case EtherType.arp.bigEndian:
      count(.notOurs, buffer.interfaceIndex, .ingress)
      return .next
    default: throw .unsupportedEtherType
    }
  } catch { return refuseWorkload(error, buffer, scratch) }
}

@inline(__always)
private func refuseWorkload(
  _ error: Drop, _ buffer: SocketBuffer, _ scratch: UnsafeMutablePointer<Scratch>
) -> Verdict {
  count(error, buffer.interfaceIndex, .ingress)
  guard answers(error, buffer, scratch) else { return .drop }
  return Kernel.redirect(toPeerOf: buffer.interfaceIndex)
}

/// tc egress of a pod's host-side interface: what the host stack sends to the pod.
@inline(__always) public func workloadEgress(_ buffer: SocketBuffer) -> Verdict {
  let verdict = toWorkload(buffer)
  return verdict == .ask ? askPolicies(buffer, .egress) : verdict
}

/// The same packet, once policies have decided.
@inline(__always) public func workloadEgressDecided(_ buffer: SocketBuffer) -> Verdict {
  guard let scratch = Scratch.current else { return .drop }
  do throws(Drop) {
    return buffer.etherType.rawValue == EtherType.ipv4.bigEndian
      ? try IPv4.proceed(buffer, IPv4.scratchPacket(scratch), .host)
      : try IPv6.proceed(buffer, IPv6.scratchPacket(scratch), .host)
  } catch {
    count(error, buffer.interfaceIndex, .egress)
    return .drop
  }
}

@inline(__always) private func toWorkload(_ buffer: SocketBuffer) -> Verdict {
  let mark = buffer.mark
  guard mark & Mark.onlyQuote == 0 else {
    count(Drop.untranslated, buffer.interfaceIndex, .egress)
    return .drop
  }
  if mark & Mark.seen != 0 { return .next }
  guard let scratch = Scratch.current else { return .drop }
  do throws(Drop) {
    switch buffer.etherType.rawValue {
    case EtherType.ipv4.bigEndian: return try IPv4.toWorkload(buffer, IPv4.scratchPacket(scratch))
    case EtherType.ipv6.bigEndian: return try IPv6.toWorkload(buffer, IPv6.scratchPacket(scratch))
    default:
      count(.notOurs, buffer.interfaceIndex, .egress)
      return .next
    }
  } catch {
    count(error, buffer.interfaceIndex, .egress)
    return .drop
  }
}

/// tc egress of the node's data interface and of loopback: what the host stack sends.
@inline(__always) public func hostEgress(_ buffer: SocketBuffer) -> Verdict {
  let mark = buffer.mark
  guard mark & Mark.onlyQuote == 0 else {
    count(Drop.untranslated, buffer.interfaceIndex, .egress)
    return .drop
  }
  // What the host only passes on is not the host's: whoever routes a service's address here would reach it in any name.
  if mark & Mark.seen != 0 || buffer.hasVLANTag || buffer.arrivalInterface != 0 { return .next }
  guard let scratch = Scratch.current else { return .drop }
  do throws(Drop) {
    switch buffer.etherType.rawValue {
    case EtherType.ipv4.bigEndian: return try IPv4.fromHost(buffer, IPv4.scratchPacket(scratch))
    case EtherType.ipv6.bigEndian: return try IPv6.fromHost(buffer, IPv6.scratchPacket(scratch))
    default: return .next
    }
  } catch {
    count(error, buffer.interfaceIndex, .egress)
    guard answers(error, buffer, scratch) else { return .drop }
    // What bears the node's own address the stack takes from its loopback only.
    return error == .tooLongForTunnel ? sendBackToHost(buffer) : Kernel.redirect(into: buffer.interfaceIndex)
  }
}

@inline(__always) private func sendBackToHost(_ buffer: SocketBuffer) -> Verdict {
  do throws(Drop) {
    return try IPv4.sendToHost(buffer)
  } catch { return .drop }
}

/// tc ingress of a data interface whose packets have no link header (tun, IPIP, WireGuard). They get one, as pods' interfaces want
/// it; the host stack takes it off again.
@inline(__always) public func hostIngressL3(_ buffer: SocketBuffer) -> Verdict {
  guard buffer.prepend(UInt32(truncatingIfNeeded: EthernetAddresses.headerLength)),
    let type = buffer.view().at(EthernetAddresses.headerLength &- 2, as: BigEndian16.self)
  else {
    count(Drop.rewriteFailed, buffer.interfaceIndex, .ingress)
    return .drop
  }
  type.pointee = buffer.etherType
  return hostIngress(buffer)
}

/// tc egress of such an interface. What the host sends there to services is not looked at: it would have to be given a link
/// header and, if it is not ours, be rid of it again.
@inline(__always) public func hostEgressL3(_ buffer: SocketBuffer) -> Verdict {
  guard buffer.mark & Mark.onlyQuote == 0 else {
    count(Drop.untranslated, buffer.interfaceIndex, .egress)
    return .drop
  }
  return .next
}

/// tc ingress of the node's data interface: what the fabric sends to this node and its pods.
@inline(__always) public func hostIngress(_ buffer: SocketBuffer) -> Verdict {
  let verdict = fromNetwork(buffer)
  return verdict == .ask ? askPolicies(buffer, .ingress) : verdict
}

/// The same packet, once policies have decided.
@inline(__always) public func hostIngressDecided(_ buffer: SocketBuffer) -> Verdict {
  guard let scratch = Scratch.current else { return .drop }
  do throws(Drop) {
    return buffer.etherType.rawValue == EtherType.ipv4.bigEndian
      ? try IPv4.proceed(buffer, IPv4.scratchPacket(scratch), .network)
      : try IPv6.proceed(buffer, IPv6.scratchPacket(scratch), .network)
  } catch { return refuseNetwork(error, buffer, scratch) }
}

@inline(__always) private func fromNetwork(_ buffer: SocketBuffer) -> Verdict {
  guard let scratch = Scratch.current else { return .drop }
  // A tagged frame is another network's: the host's VLAN interface takes it, never a pod.
  guard !buffer.hasVLANTag else {
    count(.notOurs, buffer.interfaceIndex, .ingress)
    return .next
  }
  do throws(Drop) {
    switch buffer.etherType.rawValue {
    case EtherType.ipv4.bigEndian: return try IPv4.fromNetwork(buffer, IPv4.scratchPacket(scratch))
    case EtherType.ipv6.bigEndian: return try IPv6.fromNetwork(buffer, IPv6.scratchPacket(scratch))
    default:
      count(.notOurs, buffer.interfaceIndex, .ingress)
      return .next
    }
  } catch { return refuseNetwork(error, buffer, scratch) }
}

@inline(__always)
private func refuseNetwork(
  _ error: Drop, _ buffer: SocketBuffer, _ scratch: UnsafeMutablePointer<Scratch>
) -> Verdict {
  count(error, buffer.interfaceIndex, .ingress)
  guard answers(error, buffer, scratch) else { return .drop }
  return buffer.etherType.rawValue == EtherType.ipv4.bigEndian
    ? IPv4.sendBack(buffer, IPv4.scratchPacket(scratch)) : IPv6.sendBack(buffer, IPv6.scratchPacket(scratch))
}
