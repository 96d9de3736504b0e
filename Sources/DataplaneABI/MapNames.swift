/// Kernel names of the maps; each is also the file name of its pin. Calico's names, at most 15 characters.
public enum MapName {
  public static let conntrack4 = "cali_v4_ct"
  public static let conntrack6 = "cali_v6_ct"
  /// Connections that outlast their entry in the two above.
  public static let established4 = "cali_v4_ct_est"
  public static let established6 = "cali_v6_ct_est"
  /// The other ones of the four above while these are resized; of one entry otherwise.
  public static let otherConntrack4 = "cali_v4_ct_2"
  public static let otherConntrack6 = "cali_v6_ct_2"
  public static let otherEstablished4 = "cali_v4_est_2"
  public static let otherEstablished6 = "cali_v6_est_2"
  public static let routes4 = "cali_v4_routes"
  public static let routes6 = "cali_v6_routes"
  public static let frontends4 = "cali_v4_nat_fe"
  public static let frontends6 = "cali_v6_nat_fe"
  public static let backends4 = "cali_v4_nat_be"
  public static let backends6 = "cali_v6_nat_be"
  /// Which backend a packet's tuple gets, for services that use Maglev.
  public static let maglev4 = "cali_v4_mglv2"
  public static let maglev6 = "cali_v6_mglv2"
  public static let fragments4 = "cali_v4_frgfwd"
  public static let fragments6 = "cali_v6_frgfwd"
  /// Fragments that came before the first of their packet.
  public static let heldFragments4 = "cali_v4_frgheld"
  public static let heldFragments6 = "cali_v6_frgheld"
  /// Backends that clients keep to at connect time.
  public static let choices4 = "cali_v4_nat_aff"
  public static let choices6 = "cali_v6_nat_aff"
  /// What sockets dialled that were sent to a backend.
  public static let dialled4 = "cali_v4_ct_nats"
  public static let dialled6 = "cali_v6_ct_nats"
  /// Clients that services take from outside.
  public static let sourceRanges4 = "cali_v4_nat_src"
  public static let sourceRanges6 = "cali_v6_nat_src"
  public static let members4 = "cali_v4_nat_mem"
  public static let members6 = "cali_v6_nat_mem"
  public static let counters = "cali_counters"
  public static let node = "cali_node"
  /// The agent's own memory of the ports it reserved; no program reads it.
  public static let reservedPorts = "cali_reserved"
  /// The agent's own memory of the size that conntrack tables grew to; no program reads it.
  public static let grownConntrack = "cali_ct_size"
  /// What the last sweep of the flows met.
  public static let sweep = "cali_ct_sweep"
  /// Whether a conntrack table may have given up an entry.
  public static let room = "cali_ct_room"
  /// What came of moving flows from one table to the other.
  public static let move = "cali_ct_move"
  /// What is asked of policy programs.
  public static let policyQuestion = "cali_state"
  /// Policy programs, and what follows them.
  public static let policyPrograms = "cali_policy"
  /// What policies denied.
  public static let denials = "cali_denied"
  /// Which class of addresses an address is in: members of the same sets are one class.
  public static let addressSets4 = "cali_v4_ip_sets"
  public static let addressSets6 = "cali_v6_ip_sets"
  /// The same of addresses with protocol and port.
  public static let portSets4 = "cali_v4_portset"
  public static let portSets6 = "cali_v6_portset"
  /// Working memory of the programs; nobody else reads it.
  public static let scratch = "cali_scratch"
}
