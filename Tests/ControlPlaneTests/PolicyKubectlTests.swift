import Testing

@testable import ControlPlane

/// Policies as users of an unmodified kubectl see them. Columns are joined by single blanks.
@Suite("kubectl with policies", .enabled(if: Kubectl.path != nil, "kubectl is not installed"))
struct PolicyKubectlTests {
  private func withKubectl(_ test: (Kubectl) async throws -> Void) async throws {
    try await LiveServer.run { server in
      let kubectl = try #require(Kubectl(server))
      try await test(kubectl)
    }
  }

  private static let kubernetes = """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
    spec:
      podSelector:
        matchLabels: {app: web}
        matchExpressions:
        - {key: tier, operator: In, values: [b, a]}
        - {key: old, operator: DoesNotExist}
      ingress:
      - from:
        - namespaceSelector: {}
        ports:
        - {protocol: TCP, port: 80}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: deny
    spec:
      podSelector: {}
    ---
    apiVersion: policy.networking.k8s.io/v1alpha2
    kind: ClusterNetworkPolicy
    metadata:
      name: guard
    spec:
      tier: Admin
      priority: 10
      subject:
        namespaces: {}
      egress:
      - name: outside
        action: Pass
        to:
        - networks: [0.0.0.0/0]
    """

  private static let calico = """
    apiVersion: projectcalico.org/v3
    kind: Tier
    metadata:
      name: first
    spec:
      order: 10
    ---
    apiVersion: projectcalico.org/v3
    kind: NetworkPolicy
    metadata:
      name: np
    spec:
      tier: first
      order: 12.5
      selector: app == "web"
      ingress:
      - action: Allow
        protocol: TCP
        source: {selector: has(app)}
        destination: {ports: [80, "8000:8080", http]}
    ---
    apiVersion: projectcalico.org/v3
    kind: GlobalNetworkPolicy
    metadata:
      name: gnp
    spec:
      order: 1000
      egress:
      - action: Log
      - action: Pass
    ---
    apiVersion: projectcalico.org/v3
    kind: StagedNetworkPolicy
    metadata:
      name: snp
    ---
    apiVersion: projectcalico.org/v3
    kind: StagedGlobalNetworkPolicy
    metadata:
      name: sgnp
    ---
    apiVersion: projectcalico.org/v3
    kind: StagedKubernetesNetworkPolicy
    metadata:
      name: sknp
    ---
    apiVersion: projectcalico.org/v3
    kind: NetworkSet
    metadata:
      name: ns
    spec:
      nets: [192.0.2.0/24]
    ---
    apiVersion: projectcalico.org/v3
    kind: GlobalNetworkSet
    metadata:
      name: gns
    ---
    apiVersion: projectcalico.org/v3
    kind: HostEndpoint
    metadata:
      name: hep
    spec:
      node: node1
      interfaceName: eth0
    """

  @Test("policies of Kubernetes: apply, get by short names, get -o yaml")
  func kubernetes() async throws {
    try await withKubectl { kubectl in
      let made = """
        networkpolicy.networking.k8s.io/web created
        networkpolicy.networking.k8s.io/deny created
        clusternetworkpolicy.policy.networking.k8s.io/guard created

        """
      #expect(try await kubectl("apply -f -", input: Self.kubernetes) == made)
      #expect(
        try await kubectl("apply -f -", input: Self.kubernetes) == made.replacing("created", with: "unchanged"))
      let table = """
        NAME POD-SELECTOR AGE
        deny <none> AGE
        web app=web,!old,tier in (a,b) AGE

        """
      #expect(try await kubectl("get netpol") == table)
      #expect(try await kubectl("get networkpolicies") == table)
      #expect(
        try await kubectl("get clusternetworkpolicies") == """
          NAME TIER PRIORITY AGE
          guard Admin 10 AGE

          """)
      #expect(
        try await kubectl("get netpol deny -o 'jsonpath={.spec}'")
          == #"{"podSelector":{},"policyTypes":["Ingress"]}"#)
      let description = try await kubectl("describe netpol web")
      for line in ["To Port: 80/TCP", "NamespaceSelector: <none>", "Policy Types: Ingress"] {
        #expect(description.contains(line + "\n"), "\(description)")
      }
    }
  }

  @Test("policies of Calico: apply, and the columns of each kind")
  func calico() async throws {
    try await withKubectl { kubectl in
      let made = try await kubectl("apply -f -", input: Self.calico)
      #expect(
        made == """
          tier.projectcalico.org/first created
          networkpolicy.projectcalico.org/np created
          globalnetworkpolicy.projectcalico.org/gnp created
          stagednetworkpolicy.projectcalico.org/snp created
          stagedglobalnetworkpolicy.projectcalico.org/sgnp created
          stagedkubernetesnetworkpolicy.projectcalico.org/sknp created
          networkset.projectcalico.org/ns created
          globalnetworkset.projectcalico.org/gns created
          hostendpoint.projectcalico.org/hep created

          """)
      #expect(
        try await kubectl("apply -f -", input: Self.calico) == made.replacing("created", with: "unchanged"))
      #expect(
        try await kubectl("get tiers") == """
          NAME ORDER DEFAULTACTION STATUS
          default 1000000 Deny
          first 10 Deny
          kube-admin 1000 Pass
          kube-baseline 10000000 Pass

          """)
      for (command, table) in [
        ("caliconetworkpolicy", "NAME TIER ORDER\nnp first 12.5\n"),
        ("networkpolicies.projectcalico.org", "NAME TIER ORDER\nnp first 12.5\n"),
        ("gnp", "NAME TIER ORDER AGE\ngnp default 1000 AGE\n"), ("snp", "NAME TIER ORDER\nsnp default\n"),
        ("sgnp", "NAME TIER ORDER\nsgnp default\n"), ("sknp", "NAME AGE\nsknp AGE\n"),
        ("netsets", "NAME AGE\nns AGE\n"), ("gns", "NAME AGE\ngns AGE\n"),
        ("hep", "NAME NODE INTERFACE\nhep node1 eth0\n"), ("sa", "NAME SECRETS AGE\ndefault 0 AGE\n"),
      ] {
        #expect(try await kubectl("get \(command)") == table)
      }
    }
  }

  @Test("refusals reach the user in full")
  func refusals() async throws {
    try await withKubectl { kubectl in
      _ = try await kubectl("apply -f -", input: Self.calico)
      #expect(
        try await kubectl(
          "create -f -",
          input: String(Self.kubernetes.split(separator: "---")[0]).replacing("port: 80}", with: "port: 0}"))
            == """
            The NetworkPolicy "web" is invalid: spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and \
            65535, inclusive

            """)
      let selector = try await kubectl(
        #"patch gnp gnp --type merge -p '{"spec":{"selector":"app = web"}}'"#)
      #expect(
        selector.hasPrefix(
          "The GlobalNetworkPolicy \"gnp\" is invalid: spec.selector: Invalid value: \"app = web\": column "))
      #expect(
        try await kubectl("delete tier default") == """
          Error from server (Forbidden): tiers.projectcalico.org "default" is forbidden: The built-in tier default cannot \
          be deleted

          """)
      #expect(
        try await kubectl("delete tier first") == """
          Error from server (Forbidden): tiers.projectcalico.org "first" is forbidden: Cannot delete a non-empty tier

          """)
      let unknown = Self.calico.replacing("selector: app ==", with: "selektor: app ==")
      #expect(try await kubectl("apply -f -", input: unknown).contains(#"unknown field "spec.selektor""#))
    }
  }

  @Test("service accounts: create, get; kinds come from discovery")
  func serviceAccountsAndDiscovery() async throws {
    try await withKubectl { kubectl in
      #expect(try await kubectl("create serviceaccount builder") == "serviceaccount/builder created\n")
      #expect(
        try await kubectl("get sa") == """
          NAME SECRETS AGE
          builder 0 AGE
          default 0 AGE

          """)
      let resources = try await kubectl("api-resources --no-headers")
      for line in [
        "serviceaccounts sa v1 true ServiceAccount", "networkpolicies netpol networking.k8s.io/v1 true NetworkPolicy",
        "clusternetworkpolicies cnp policy.networking.k8s.io/v1alpha2 false ClusterNetworkPolicy",
        "tiers projectcalico.org/v3 false Tier",
        "networkpolicies cnp,caliconetworkpolicy projectcalico.org/v3 true NetworkPolicy",
        "globalnetworkpolicies gnp,cgnp projectcalico.org/v3 false GlobalNetworkPolicy",
        "hostendpoints hep,heps projectcalico.org/v3 false HostEndpoint",
        "networksets netset,netsets projectcalico.org/v3 true NetworkSet",
      ] {
        #expect(resources.contains(line + "\n"), "\(resources)")
      }
    }
  }
}
