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
      "conntrack_move": [292, 252, 248],
      "conntrack_sweep": [8522, 8058, 8679],
      "getpeername4": [26, 26, 26],
      "getpeername6": [94, 94, 94],
      "host_egress": [87_354, 83_115, 95_862],
      "host_egress_l3": [59, 59, 57],
      "host_ingress": [158_988, 138_663, 153_493],
      "host_ingress_l3": [213_764, 139_543, 155_218],
      "recvmsg4": [26, 26, 26],
      "recvmsg6": [94, 94, 94],
      "sendmsg4": [816, 824, 1946],
      "sendmsg6": [1097, 3268, 5879],
      "workload_egress": [34_605, 25_180, 25_047],
      "workload_ingress": [187_582, 165_253, 184_094],
    ],
    .resizing: [
      "connect4": [588, 579, 716],
      "connect4_tcp": [592, 588, 709],
      "connect6": [1605, 1322, 2040],
      "connect6_tcp": [1566, 1310, 2135],
      "conntrack_move": [292, 252, 248],
      "conntrack_sweep": [14_126, 13_090, 14_129],
      "getpeername4": [26, 26, 26],
      "getpeername6": [94, 94, 94],
      "host_egress": [168_129, 133_686, 151_764],
      "host_egress_l3": [59, 59, 57],
      "host_ingress": [237_918, 215_627, 237_873],
      "host_ingress_l3": [399_272, 261_948, 291_734],
      "recvmsg4": [26, 26, 26],
      "recvmsg6": [94, 94, 94],
      "sendmsg4": [807, 827, 1966],
      "sendmsg6": [1091, 3219, 5919],
      "workload_egress": [59_551, 43_246, 46_523],
      "workload_ingress": [447_263, 318_064, 347_900],
    ],
  ]
}
