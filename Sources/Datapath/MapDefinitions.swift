#if !KERNEL
  import KernelRuntime

  /// The maps that the programs declare, for whoever fills or reads them in a simulated kernel.
  public enum DatapathMaps {
    public static let all: [MapDefinition] = [
      cali_v4_ct.definition, cali_v6_ct.definition, cali_v4_ct_est.definition, cali_v6_ct_est.definition,
      cali_v4_ct_2.definition, cali_v6_ct_2.definition, cali_v4_est_2.definition, cali_v6_est_2.definition,
      cali_v4_routes.definition, cali_v6_routes.definition,
      cali_v4_nat_fe.definition, cali_v6_nat_fe.definition, cali_v4_nat_be.definition, cali_v6_nat_be.definition,
      cali_v4_mglv2.definition, cali_v6_mglv2.definition,
      cali_v4_frgfwd.definition, cali_v6_frgfwd.definition, cali_v4_frgheld.definition, cali_v6_frgheld.definition,
      cali_v4_nat_mem.definition, cali_v6_nat_mem.definition,
      cali_v4_nat_src.definition, cali_v6_nat_src.definition,
      cali_v4_nat_aff.definition, cali_v6_nat_aff.definition, cali_v4_ct_nats.definition, cali_v6_ct_nats.definition,
      cali_counters.definition, cali_node.definition, cali_ct_sweep.definition, cali_ct_room.definition,
      cali_ct_move.definition, cali_scratch.definition, cali_state.definition, cali_denied.definition,
    ]

    /// Those of them that nobody finds anything in once a packet is done with.
    public static let working: Set<String> = [cali_scratch.definition.name, cali_state.definition.name]

    /// Where tail calls go.
    public static let programs: MapDefinition = cali_policy.definition
  }
#endif
