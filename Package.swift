// swift-tools-version: 6.2
import PackageDescription

// The core is everything that needs no third-party package: the kernel side, its compiler and loader, netlink and the
// pure calculations. `APUS_CORE=1 swift test` builds and tests just that, in a fraction of the time; sanitizer and
// fuzz runs use it too.
let coreOnly = Context.environment["APUS_CORE"] != nil

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
]

var products: [Product] = [.executable(name: "kernel-check", targets: ["KernelCheck"])]

var dependencies: [Package.Dependency] = []

// A target may depend only on targets above it in its list, or in the list before.
var targets: [Target] = [
  // Kernel side. These sources are compiled twice: for the host, against a simulated kernel, and to BPF by the plugin.
  .target(name: "DataplaneABI", swiftSettings: strict),
  .target(name: "KernelRuntime", dependencies: ["DataplaneABI"], exclude: ["BPF"], swiftSettings: strict),
  .target(name: "Datapath", dependencies: ["DataplaneABI", "KernelRuntime"], swiftSettings: strict),
  .target(name: "BPFCompiler", swiftSettings: strict),
  .executableTarget(name: "bpfc", dependencies: ["BPFCompiler"], swiftSettings: strict),
  .plugin(name: "CompileDatapath", capability: .buildTool(), dependencies: ["bpfc"]),
  .target(
    name: "DatapathPrograms", dependencies: ["DataplaneABI", "KernelRuntime", "Datapath"], swiftSettings: strict,
    plugins: ["CompileDatapath"]),

  // Host side: leaves.
  .target(name: "EBPF", swiftSettings: strict),
  .target(name: "Netlink", swiftSettings: strict),

  // Host side: pure calculation.
  .target(name: "CalicoAPI", swiftSettings: strict),
  .target(name: "Services", dependencies: ["CalicoAPI", "DataplaneABI"], swiftSettings: strict),
  .target(name: "Routing", dependencies: ["CalicoAPI", "DataplaneABI"], swiftSettings: strict),
  .target(name: "Policy", dependencies: ["CalicoAPI", "DataplaneABI"], swiftSettings: strict),
  .target(name: "PolicyCompiler", dependencies: ["DataplaneABI", "EBPF", "Policy"], swiftSettings: strict),

  // Host side: desired state ↔ kernel state.
  .target(
    name: "Dataplane",
    dependencies: [
      "CalicoAPI", "DataplaneABI", "DatapathPrograms", "EBPF", "Netlink", "Policy", "PolicyCompiler", "Services",
      "Routing",
    ],
    swiftSettings: strict),

  .executableTarget(
    name: "KernelCheck",
    dependencies: [
      "DataplaneABI", "DatapathPrograms", "EBPF", "Netlink", "Policy", "PolicyCompiler", "VerifierBudgets",
    ],
    path: "Tests/Kernels", swiftSettings: strict),

  // What each kernel's verifier goes through, for the kernel check and for tests.
  .target(name: "VerifierBudgets", dependencies: ["EBPF"], path: "Tests/VerifierBudgets", swiftSettings: strict),

  // Runs BPF instructions without a kernel, for tests.
  .target(
    name: "BPFInterpreter", dependencies: ["DataplaneABI", "EBPF", "Policy", "PolicyCompiler"],
    path: "Tests/BPFInterpreter",
    swiftSettings: strict),

  // Clusters, policies and packets by chance, for tests.
  .target(
    name: "PolicyWorld", dependencies: ["CalicoAPI", "DataplaneABI", "Policy"], path: "Tests/PolicyWorld",
    swiftSettings: strict),

  // What tests measure of every packet path, and the page that has it.
  .target(name: "PathTable", path: "Tests/PathTable", swiftSettings: strict),

  .testTarget(name: "DataplaneABITests", dependencies: ["DataplaneABI"], swiftSettings: strict),
  .testTarget(
    name: "BPFCompilerTests", dependencies: ["BPFCompiler"], exclude: ["Golden"], swiftSettings: strict),
  .testTarget(name: "EBPFTests", dependencies: ["DatapathPrograms", "EBPF"], swiftSettings: strict),
  .testTarget(name: "NetlinkTests", dependencies: ["Netlink"], swiftSettings: strict),
  .testTarget(
    name: "DatapathTests",
    dependencies: [
      "BPFInterpreter", "DataplaneABI", "KernelRuntime", "Datapath", "DatapathPrograms", "EBPF", "Netlink", "PathTable",
      "VerifierBudgets",
    ],
    exclude: ["Differential/Corpus"], swiftSettings: strict),
  .testTarget(
    name: "Journeys",
    dependencies: ["DataplaneABI", "KernelRuntime", "Datapath", "DatapathPrograms", "EBPF", "Netlink"],
    swiftSettings: strict),
  .testTarget(name: "CalicoAPITests", dependencies: ["CalicoAPI"], swiftSettings: strict),
  .testTarget(name: "ServicesTests", dependencies: ["Services", "CalicoAPI", "DataplaneABI"], swiftSettings: strict),
  .testTarget(name: "RoutingTests", dependencies: ["Routing", "CalicoAPI", "DataplaneABI"], swiftSettings: strict),
  .testTarget(
    name: "PolicyTests", dependencies: ["CalicoAPI", "DataplaneABI", "Policy", "PolicyWorld"], swiftSettings: strict),
  .testTarget(
    name: "PolicyCompilerTests",
    dependencies: [
      "BPFInterpreter", "CalicoAPI", "DataplaneABI", "EBPF", "Policy", "PolicyCompiler", "PolicyWorld",
    ], swiftSettings: strict),
  .testTarget(
    name: "DataplaneTests",
    dependencies: [
      "CalicoAPI", "Dataplane", "DataplaneABI", "EBPF", "Netlink", "Policy", "PolicyCompiler", "Routing", "Services",
    ],
    swiftSettings: strict),
]

// Policies alone, for whoever works on them: a build of seconds.
if Context.environment["APUS_POLICY"] != nil {
  let part = [
    "DataplaneABI", "CalicoAPI", "EBPF", "Policy", "PolicyCompiler", "CalicoAPITests", "PolicyTests",
    "BPFInterpreter", "PolicyWorld", "PolicyCompilerTests",
  ]
  products = []
  targets.removeAll { !part.contains($0.name) }
} else if !coreOnly {
  products += [
    .executable(name: "apus", targets: ["apus"]),
    .executable(name: "calico-bpf", targets: ["calico-bpf"]),
  ]

  dependencies += [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", "3.12.3"..<"5.0.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ]

  let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
  let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
  let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
  let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
  let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
  let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
  let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
  let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
  let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
  let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
  let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
  let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
  let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
  let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
  let yams = Target.Dependency.product(name: "Yams", package: "Yams")

  targets += [
    .target(
      name: "KubernetesClient",
      dependencies: [asyncHTTPClient, logging, nioCore, nioFoundation, nioPosix, nioSSL, yams], swiftSettings: strict),
    .target(
      name: "NodeAgent",
      dependencies: [
        "CalicoAPI", "Dataplane", "DataplaneABI", "EBPF", "KubernetesClient", "Netlink", "Policy", "Routing",
        "Services",
        crypto,
        hummingbird, logging, unixSignals,
      ], swiftSettings: strict),
    .target(
      name: "ControlPlane",
      dependencies: [
        "CalicoAPI", "Policy", crypto, grdb, hummingbird, hummingbirdTLS, logging, nioCore, nioFoundation, nioPosix,
        nioSSL,
        serviceLifecycle, unixSignals, x509, yams,
      ], swiftSettings: strict),
    .target(
      name: "Lab",
      dependencies: ["CalicoAPI", "KubernetesClient", "Netlink", crypto, logging, nioCore, nioPosix, yams],
      swiftSettings: strict),
    .executableTarget(
      name: "apus", dependencies: ["ControlPlane", "Lab", "NodeAgent", argumentParser, logging], swiftSettings: strict),
    .executableTarget(
      name: "calico-bpf", dependencies: ["DataplaneABI", "EBPF", "Policy", "PolicyCompiler", argumentParser],
      swiftSettings: strict),

    .testTarget(
      name: "KubernetesClientTests", dependencies: ["KubernetesClient", hummingbird, hummingbirdTLS, nioSSL],
      swiftSettings: strict),
    .testTarget(
      name: "NodeAgentTests",
      dependencies: [
        "CalicoAPI", "Dataplane", "DataplaneABI", "KubernetesClient", "NodeAgent", "Routing", "Services", logging,
      ], swiftSettings: strict),
    .testTarget(name: "CalicoBPFTests", dependencies: ["DataplaneABI", "Policy", "calico-bpf"], swiftSettings: strict),
    .testTarget(
      name: "ControlPlaneTests",
      dependencies: [
        "CalicoAPI", "ControlPlane", asyncHTTPClient, .product(name: "HummingbirdTesting", package: "hummingbird"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "LabTests", dependencies: ["CalicoAPI", "Lab", "Netlink"], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "Cluster",
      dependencies: [
        "CalicoAPI", "DataplaneABI", "EBPF", "KubernetesClient", "Lab", "Dataplane", "PathTable", "Policy",
      ],
      swiftSettings: strict),
  ]
}

let package = Package(name: "apus", products: products, dependencies: dependencies, targets: targets)
