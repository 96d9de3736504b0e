/// A setting that has one of a few words, in whatever case.
public protocol FelixChoice: Hashable, Sendable, CaseIterable, RawRepresentable<String> {}

/// `bpfConnectTimeLoadBalancing`: which protocols are sent to a backend when a process on the node connects.
public enum ConnectTimeLoadBalancing: String, FelixChoice {
  case tcp = "TCP"
  case enabled = "Enabled"
  case disabled = "Disabled"
}

/// On or off, in the words of Calico's newer settings.
public enum Toggle: String, FelixChoice {
  case enabled = "Enabled"
  case disabled = "Disabled"
}

/// `bpfEnforceRPF`: how strictly a source is compared with the interface it comes in by.
public enum ReversePathCheck: String, FelixChoice {
  case disabled = "Disabled"
  case loose = "Loose"
  case strict = "Strict"
}

/// `bpfAttachType`: how programs are attached to interfaces.
public enum BPFAttachType: String, FelixChoice {
  case netkit = "Netkit"
  case tcx = "TCX"
  case tc = "TC"
}

/// `defaultEndpointToHostAction`: what becomes of packets from a pod to its own node.
public enum EndpointToHostAction: String, FelixChoice {
  case drop = "Drop"
  case accept = "Accept"
  case `return` = "Return"
}

/// `natOutgoingExclusions`: where pods of a pool with `natOutgoing` keep their own address.
public enum NATOutgoingExclusions: String, FelixChoice {
  case poolsOnly = "IPPoolsOnly"
  case poolsAndHosts = "IPPoolsAndHostIPs"
}

/// `serviceLoopPrevention`: what becomes of packets to addresses of services that no service has.
public enum ServiceLoopPrevention: String, FelixChoice {
  case drop = "Drop"
  case reject = "Reject"
  case disabled = "Disabled"
}

/// `bpfExternalServiceMode`: how replies of a backend on another node go back to a client outside.
public enum ExternalServiceMode: String, FelixChoice {
  case tunnel = "Tunnel"
  case dsr = "DSR"
}

/// `bpfMapSizeConntrackScaling`: whether conntrack tables that are full get twice their size.
public enum ConntrackScaling: String, FelixChoice {
  case disabled = "Disabled"
  case doubleIfFull = "DoubleIfFull"
}

/// `ipipMode` and `vxlanMode` of a pool.
public enum EncapsulationMode: String, FelixChoice {
  case never = "Never"
  case always = "Always"
  case crossSubnet = "CrossSubnet"
}
