import DataplaneABI
import KernelRuntime

// The variable's name is the name of the map in the kernel (`MapName`).

nonisolated(unsafe) var cali_v4_ct = LRUHashMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>>(
  "cali_v4_ct", maxEntries: MapCapacity.conntrack)
nonisolated(unsafe) var cali_v6_ct = LRUHashMap<ConntrackKey<IPv6Address>, ConntrackValue<IPv6Address>>(
  "cali_v6_ct", maxEntries: MapCapacity.conntrack)
nonisolated(unsafe) var cali_v4_ct_est = HashMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>>(
  "cali_v4_ct_est", maxEntries: MapCapacity.conntrack)
nonisolated(unsafe) var cali_v6_ct_est = HashMap<ConntrackKey<IPv6Address>, ConntrackValue<IPv6Address>>(
  "cali_v6_ct_est", maxEntries: MapCapacity.conntrack)
nonisolated(unsafe) var cali_v4_ct_2 = LRUHashMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>>(
  "cali_v4_ct_2", maxEntries: MapCapacity.other)
nonisolated(unsafe) var cali_v6_ct_2 = LRUHashMap<ConntrackKey<IPv6Address>, ConntrackValue<IPv6Address>>(
  "cali_v6_ct_2", maxEntries: MapCapacity.other)
nonisolated(unsafe) var cali_v4_est_2 = HashMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>>(
  "cali_v4_est_2", maxEntries: MapCapacity.other)
nonisolated(unsafe) var cali_v6_est_2 = HashMap<ConntrackKey<IPv6Address>, ConntrackValue<IPv6Address>>(
  "cali_v6_est_2", maxEntries: MapCapacity.other)
nonisolated(unsafe) var cali_v4_routes = LPMTrie<RouteKey<IPv4Address>, Route<IPv4Address>>(
  "cali_v4_routes", maxEntries: MapCapacity.routes)
nonisolated(unsafe) var cali_v6_routes = LPMTrie<RouteKey<IPv6Address>, Route<IPv6Address>>(
  "cali_v6_routes", maxEntries: MapCapacity.routes)
nonisolated(unsafe) var cali_v4_nat_fe = HashMap<FrontendKey<IPv4Address>, Frontend>(
  "cali_v4_nat_fe", maxEntries: MapCapacity.frontends)
nonisolated(unsafe) var cali_v6_nat_fe = HashMap<FrontendKey<IPv6Address>, Frontend>(
  "cali_v6_nat_fe", maxEntries: MapCapacity.frontends)
nonisolated(unsafe) var cali_v4_nat_be = HashMap<BackendKey, Backend<IPv4Address>>(
  "cali_v4_nat_be", maxEntries: MapCapacity.backends)
nonisolated(unsafe) var cali_v6_nat_be = HashMap<BackendKey, Backend<IPv6Address>>(
  "cali_v6_nat_be", maxEntries: MapCapacity.backends)
nonisolated(unsafe) var cali_v4_mglv2 = HashMap<BackendKey, Backend<IPv4Address>>(
  "cali_v4_mglv2", maxEntries: MapCapacity.maglev)
nonisolated(unsafe) var cali_v6_mglv2 = HashMap<BackendKey, Backend<IPv6Address>>(
  "cali_v6_mglv2", maxEntries: MapCapacity.maglev)
nonisolated(unsafe) var cali_v4_frgfwd = LRUHashMap<FragmentKey<IPv4Address>, FragmentPorts>(
  "cali_v4_frgfwd", maxEntries: MapCapacity.fragments)
nonisolated(unsafe) var cali_v6_frgfwd = LRUHashMap<FragmentKey<IPv6Address>, FragmentPorts>(
  "cali_v6_frgfwd", maxEntries: MapCapacity.fragments)
nonisolated(unsafe) var cali_v4_frgheld = LRUHashMap<HeldFragmentKey<IPv4Address>, HeldFragment>(
  "cali_v4_frgheld", maxEntries: MapCapacity.heldFragments)
nonisolated(unsafe) var cali_v6_frgheld = LRUHashMap<HeldFragmentKey<IPv6Address>, HeldFragment>(
  "cali_v6_frgheld", maxEntries: MapCapacity.heldFragments)
nonisolated(unsafe) var cali_v4_nat_aff = LRUHashMap<ChoiceKey<IPv4Address>, Choice<IPv4Address>>(
  "cali_v4_nat_aff", maxEntries: MapCapacity.choices)
nonisolated(unsafe) var cali_v6_nat_aff = LRUHashMap<ChoiceKey<IPv6Address>, Choice<IPv6Address>>(
  "cali_v6_nat_aff", maxEntries: MapCapacity.choices)
nonisolated(unsafe) var cali_v4_ct_nats = LRUHashMap<PeerKey<IPv4Address>, FrontendKey<IPv4Address>>(
  "cali_v4_ct_nats", maxEntries: MapCapacity.dialled)
nonisolated(unsafe) var cali_v6_ct_nats = LRUHashMap<PeerKey<IPv6Address>, FrontendKey<IPv6Address>>(
  "cali_v6_ct_nats", maxEntries: MapCapacity.dialled)
nonisolated(unsafe) var cali_v4_nat_mem = HashMap<MemberKey<IPv4Address>, MemberFlags>(
  "cali_v4_nat_mem", maxEntries: MapCapacity.members)
nonisolated(unsafe) var cali_v6_nat_mem = HashMap<MemberKey<IPv6Address>, MemberFlags>(
  "cali_v6_nat_mem", maxEntries: MapCapacity.members)
nonisolated(unsafe) var cali_v4_nat_src = LPMTrie<SourceRangeKey<IPv4Address>, UInt32>(
  "cali_v4_nat_src", maxEntries: MapCapacity.sourceRanges)
nonisolated(unsafe) var cali_v6_nat_src = LPMTrie<SourceRangeKey<IPv6Address>, UInt32>(
  "cali_v6_nat_src", maxEntries: MapCapacity.sourceRanges)
nonisolated(unsafe) var cali_counters = PerCPUHashMap<CounterKey, Counters>(
  "cali_counters", maxEntries: MapCapacity.counters)
nonisolated(unsafe) var cali_node = ArrayMap<NodeState>("cali_node", maxEntries: 1)
nonisolated(unsafe) var cali_ct_sweep = ArrayMap<SweepTally>("cali_ct_sweep", maxEntries: 2)
nonisolated(unsafe) var cali_ct_room = ArrayMap<ConntrackRoom>("cali_ct_room", maxEntries: 2)
nonisolated(unsafe) var cali_ct_move = ArrayMap<MoveTally>("cali_ct_move", maxEntries: 1)
/// Room for what does not fit a program's stack of 512 bytes.
nonisolated(unsafe) var cali_scratch = PerCPUArrayMap<Scratch>("cali_scratch", maxEntries: 1)
/// What is asked of policies.
nonisolated(unsafe) var cali_state = PerCPUArrayMap<PolicyQuestion>("cali_state", maxEntries: 1)
/// What policies denied.
nonisolated(unsafe) var cali_denied = LRUHashMap<DenialKey, Denial>("cali_denied", maxEntries: MapCapacity.denials)
/// Policy programs, and what follows them.
nonisolated(unsafe) var cali_policy = ProgramArray("cali_policy", maxEntries: MapCapacity.policySlots)
