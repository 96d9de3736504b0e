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
      "conntrack_sweep": [10_877, 10_302, 10_760],
      "getpeername4": [26, 26, 26],
      "getpeername6": [94, 94, 94],
      "host_egress": [227_375, 188_141, 214_493],
      "host_egress_l3": [59, 59, 57],
      "host_ingress": [279_659, 219_763, 233_141],
      "host_ingress_l3": [263_882, 222_510, 241_507],
      "recvmsg4": [26, 26, 26],
      "recvmsg6": [94, 94, 94],
      "sendmsg4": [816, 824, 1946],
      "sendmsg6": [1117, 3268, 5879],
      "workload_egress": [42_210, 33_830, 34_809],
      "workload_ingress": [299_488, 249_202, 271_226],
    ],
    .resizing: [
      "connect4": [588, 579, 716],
      "connect4_tcp": [592, 588, 709],
      "connect6": [1605, 1322, 2040],
      "connect6_tcp": [1566, 1310, 2135],
      "conntrack_move": [292, 252, 248],
      "conntrack_sweep": [17_280, 15_818, 16_776],
      "getpeername4": [26, 26, 26],
      "getpeername6": [94, 94, 94],
      "host_egress": [343_394, 271_783, 328_207],
      "host_egress_l3": [59, 59, 57],
      "host_ingress": [552_886, 392_481, 448_298],
      "host_ingress_l3": [468_610, 381_187, 423_350],
      "recvmsg4": [26, 26, 26],
      "recvmsg6": [94, 94, 94],
      "sendmsg4": [807, 827, 1966],
      "sendmsg6": [1082, 3219, 5919],
      "workload_egress": [100_152, 89_573, 92_833],
      "workload_ingress": [542_167, 446_486, 468_715],
    ],
  ]
}
