extension ObjectSchema {
  private static let calico = "org.projectcalico.v3."

  /// Their fields are many, and releases differ in them: what is known is checked by the kind's rules, all is kept.
  static let felixConfiguration = ObjectSchema.kind(
    calico + "FelixConfiguration",
    ["spec": .object(ObjectSchema(calico + "FelixConfigurationSpec", isOpen: true, [:]))])

  static let bgpConfiguration = ObjectSchema.kind(
    calico + "BGPConfiguration",
    ["spec": .object(ObjectSchema(calico + "BGPConfigurationSpec", isOpen: true, [:]))])

  static let ipPool = ObjectSchema.kind(
    calico + "IPPool",
    [
      "spec": .object(
        ObjectSchema(
          calico + "IPPoolSpec", required: ["cidr"], isOpen: true,
          [
            "allowedUses": .list(.string), "blockSize": .int32, "cidr": .string, "disabled": .boolean,
            "disableBGPExport": .boolean, "ipipMode": .string, "natOutgoing": .boolean, "nodeSelector": .string,
            "vxlanMode": .string,
          ]))
    ])
}
