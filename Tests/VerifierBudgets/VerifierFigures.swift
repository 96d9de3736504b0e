/// Instructions that verifiers went through, by way of loading, program, and series. The kernel check prints those of the kernel
/// that it runs on; a program without a figure is told with its own.
enum VerifierFigures {
  static let series = ["6.1", "6.12", "6.18"]

  static let table: [LoadVariant: [String: [Int]]] = [
    .plain: [
      "connect4": [604, 584, 737],
      "connect4_tcp": [618, 593, 730],
      "connect6": [1582, 1321, 2071],
      "connect6_tcp": [1571, 1310, 2148],
      "conntrack_move": [336, 296, 282],
      "conntrack_sweep": [14_933, 16_332, 16_829],
      "getpeername4": [26, 26, 26],
      "getpeername6": [94, 94, 94],
      "host_egress": [233_962, 194_321, 217_584],
      "host_egress_l3": [59, 59, 57],
      "host_ingress": [138_305, 104_350, 121_884],
      "host_ingress_decided": [106_821, 107_570, 118_939],
      "host_ingress_l3": [132_424, 104_109, 121_612],
      "recvmsg4": [26, 26, 26],
      "recvmsg6": [94, 94, 94],
      "sendmsg4": [816, 824, 1946],
      "sendmsg6": [1117, 3268, 5879],
      "workload_egress": [42_073, 36_612, 38_196],
      "workload_egress_decided": [7098, 5924, 6048],
      "workload_ingress": [120_953, 98_213, 119_526],
      "workload_ingress_decided": [115_732, 96_987, 104_354],
    ],
    .resizing: [
      "connect4": [588, 579, 716],
      "connect4_tcp": [592, 588, 709],
      "connect6": [1605, 1322, 2040],
      "connect6_tcp": [1566, 1310, 2135],
      "conntrack_move": [336, 296, 282],
      "conntrack_sweep": [17_280, 16_624, 17_665],
      "getpeername4": [26, 26, 26],
      "getpeername6": [94, 94, 94],
      "host_egress": [343_394, 271_783, 333_889],
      "host_egress_l3": [59, 59, 57],
      "host_ingress": [552_886, 392_481, 225_973],
      "host_ingress_decided": [187_391, 190_907, 215_937],
      "host_ingress_l3": [468_610, 381_187, 226_267],
      "recvmsg4": [26, 26, 26],
      "recvmsg6": [94, 94, 94],
      "sendmsg4": [807, 827, 1966],
      "sendmsg6": [1082, 3219, 5919],
      "workload_egress": [100_152, 89_573, 70_937],
      "workload_egress_decided": [10_724, 9496, 9764],
      "workload_ingress": [542_167, 446_486, 223_980],
      "workload_ingress_decided": [212_308, 166_593, 180_684],
    ],
  ]
}
