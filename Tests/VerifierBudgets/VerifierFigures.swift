/// Instructions that verifiers went through, by way of loading, program, and series. The kernel check prints those of the kernel
/// that it runs on; a program without a figure is told with its own.
enum VerifierFigures {
  static let series = ["6.1", "6.12", "6.18"]

  static let table: [LoadVariant: [String: [Int]]] = [
    .plain: [
      "connect4": [492, 492, 669],
      "connect4_tcp": [466, 467, 609],
      "connect6": [1014, 1014, 1260],
      "connect6_tcp": [916, 916, 1134],
      "conntrack_move": [292, 252, 248],
      "conntrack_sweep": [6688, 6165, 6997],
      "getpeername4": [26, 26, 26],
      "getpeername6": [94, 94, 94],
      "host_egress": [72_090, 65_228, 74_769],
      "host_egress_l3": [59, 59, 57],
      "host_ingress": [62_856, 54_358, 60_322],
      "host_ingress_l3": [80_296, 57_144, 63_144],
      "recvmsg4": [26, 26, 26],
      "recvmsg6": [94, 94, 94],
      "sendmsg4": [690, 690, 1200],
      "sendmsg6": [1097, 985, 1681],
      "workload_egress": [34_605, 23_869, 25_047],
      "workload_ingress": [137_488, 120_456, 144_315],
    ],
    .resizing: [
      "connect4": [502, 502, 646],
      "connect4_tcp": [475, 475, 605],
      "connect6": [1018, 1018, 1249],
      "connect6_tcp": [933, 934, 1131],
      "conntrack_move": [292, 252, 248],
      "conntrack_sweep": [11_713, 10_471, 11_558],
      "getpeername4": [26, 26, 26],
      "getpeername6": [94, 94, 94],
      "host_egress": [168_129, 124_443, 138_719],
      "host_egress_l3": [59, 59, 57],
      "host_ingress": [108_529, 98_301, 109_619],
      "host_ingress_l3": [152_411, 103_756, 117_502],
      "recvmsg4": [26, 26, 26],
      "recvmsg6": [94, 94, 94],
      "sendmsg4": [695, 695, 1187],
      "sendmsg6": [1091, 979, 1664],
      "workload_egress": [59_551, 43_246, 46_523],
      "workload_ingress": [337_249, 236_551, 266_747],
    ],
  ]
}
