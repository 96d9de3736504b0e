import DataplaneABI
import KernelRuntime

#if KERNEL
  /// Goes on to the program in a slot of `cali_policy`. Nil, if anything: there is none.
  @inline(__always) func goOn(_ buffer: SocketBuffer, to slot: UInt32) -> Verdict? {
    cali_policy.tailCall(buffer, slot)
    return nil
  }
#else
  /// Goes on to the program in a slot of `cali_policy`; nil if there is none. Policies are the simulated kernel's, and go on as compiled
  /// ones do.
  func goOn(_ buffer: SocketBuffer, to slot: UInt32) -> Verdict? {
    let policy = cali_policy.tailCall(slot)
    switch slot {
    case PolicySlot.workloadIngress: return workloadIngressDecided(buffer)
    case PolicySlot.workloadEgress: return workloadEgressDecided(buffer)
    case PolicySlot.hostIngress: return hostIngressDecided(buffer)
    default: break
    }
    guard let policy, let question = PolicyQuestion.current else { return nil }
    return goOn(buffer, to: question.pointee.answered(policy(&question.pointee)))
      ?? goOn(buffer, to: question.pointee.missing())
  }

  extension PolicyQuestion {
    /// Notes what a policy says. Returns the slot that comes next.
    public mutating func answered(_ allows: Bool) -> UInt32 {
      guard allows else {
        isDenied = 1
        return next3
      }
      defer { (next, next2) = (next2, next3) }
      return next
    }

    /// Notes that there is no policy where one should be asked. Returns the slot that comes next.
    public mutating func missing() -> UInt32 {
      isDenied = 2
      return next3
    }
  }
#endif
