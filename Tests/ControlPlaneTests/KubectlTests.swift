import Foundation
import Testing

@testable import ControlPlane

/// What users see: command lines of an unmodified kubectl and their output. Columns are joined by single blanks.
@Suite("kubectl", .enabled(if: Kubectl.path != nil, "kubectl is not installed"))
struct KubectlTests {
  private static let manifest = """
    apiVersion: v1
    kind: Service
    metadata:
      name: web
    spec:
      clusterIP: 10.96.0.10
      selector: {app: web}
      ports:
      - port: 80
        targetPort: http
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web-1
      labels: {app: web}
    spec:
      nodeName: node1
      containers:
      - name: web
        image: httpd:2
        env:
        - {name: A, value: "1"}
        ports:
        - {name: http, containerPort: 8080}
    """

  private static let node = """
    apiVersion: v1
    kind: Node
    metadata:
      name: node1
      labels: {node-role.kubernetes.io/worker: ""}
    spec:
      podCIDRs: [10.65.1.0/24, "fd65:0:0:1::/64"]
    status:
      allocatable: {cpu: "2", memory: 4Gi}
      addresses:
      - {type: InternalIP, address: 10.77.0.1}
      conditions:
      - {type: Ready, status: "True"}
      nodeInfo:
        {kubeletVersion: v1.32.0, kernelVersion: "6.1", osImage: Debian, containerRuntimeVersion: none, architecture: "",
        bootID: "", kubeProxyVersion: "", machineID: "", operatingSystem: "", systemUUID: ""}
    """

  private func withKubectl(_ test: (Kubectl, LiveServer) async throws -> Void) async throws {
    try await LiveServer.run { server in
      let kubectl = try #require(Kubectl(server))
      try await test(kubectl, server)
    }
  }

  /// What the node's kubelet would report.
  private func report(_ server: LiveServer, ready: Bool = true) async throws {
    var status = Sample.running(["10.65.1.5"], ready: ready)
    status[["status", "containerStatuses"]] = [
      [
        "name": "web", "ready": .bool(ready), "restartCount": 0, "image": "httpd:2", "imageID": "",
        "state": ["running": ["startedAt": "2026-01-01T00:00:00Z"]],
      ]
    ]
    let answer = try await server.patch("/api/v1/namespaces/default/pods/web-1/status", status)
    #expect(answer["kind"] == "Pod")
  }

  @Test("apply, get, get -o wide")
  func applyAndGet() async throws {
    try await withKubectl { kubectl, server in
      #expect(try await kubectl("create -f -", input: Self.node) == "node/node1 created\n")
      #expect(
        try await kubectl("apply -f -", input: Self.manifest) == "service/web created\npod/web-1 created\n")
      #expect(
        try await kubectl("apply -f -", input: Self.manifest) == "service/web unchanged\npod/web-1 unchanged\n")
      try await report(server)
      #expect(
        try await kubectl("get namespaces") == """
          NAME STATUS AGE
          default Active AGE
          kube-node-lease Active AGE
          kube-public Active AGE
          kube-system Active AGE

          """)
      #expect(
        try await kubectl("get nodes -o wide") == """
          NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME
          node1 Ready worker AGE v1.32.0 10.77.0.1 <none> Debian 6.1 none

          """)
      #expect(
        try await kubectl("get pods,services") == """
          NAME READY STATUS RESTARTS AGE
          pod/web-1 1/1 Running 0 AGE

          NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE
          service/web ClusterIP 10.96.0.10 <none> 80/TCP AGE

          """)
      #expect(
        try await kubectl("get po web-1 -o wide") == """
          NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES
          web-1 1/1 Running 0 AGE 10.65.1.5 node1 <none> <none>

          """)
      #expect(
        try await kubectl("get svc web -o wide") == """
          NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR
          web ClusterIP 10.96.0.10 <none> 80/TCP AGE app=web

          """)
      let slices = try await kubectl("get endpointslices --no-headers").split(separator: " ")
      #expect(slices.dropFirst().prefix(3) == ["IPv4", "8080", "10.65.1.5"])
      #expect(try await kubectl("get pods -A -l app=none") == "No resources found\n")
    }
  }

  @Test("services from outside: expose, patch the status, get")
  func externalServices() async throws {
    try await withKubectl { kubectl, _ in
      _ = try await kubectl("create -f -", input: Self.manifest)
      #expect(
        try await kubectl(
          "expose pod web-1 --name lb --port 80 --target-port http --type LoadBalancer --external-ip 198.51.100.1")
          == "service/lb exposed\n")
      #expect(
        try await kubectl("patch svc lb -p {\"spec\":{\"externalTrafficPolicy\":\"Local\"}}") == "service/lb patched\n")
      func row(_ name: String) async throws -> [String] {
        try await kubectl("get svc \(name) --no-headers").split(separator: " ").map(String.init)
      }
      #expect(try await row("lb")[3] == "198.51.100.1")
      let ingress = #"{"status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.1"},{"hostname":"lb.example.com"}]}}}"#
      #expect(
        try await kubectl("patch svc lb --subresource=status --type merge -p \(ingress)") == "service/lb patched\n")
      #expect(try await row("lb")[3] == "203.0.113.1,lb.example.com,198.51.100.1")
      #expect(try await row("lb")[4].hasPrefix("80:3"))
      let port = try await kubectl("get svc lb -o jsonpath={.spec.healthCheckNodePort}")
      #expect(ServiceRanges.standard.nodePorts.contains(Int64(port) ?? 0))
      _ = try await kubectl("create service loadbalancer lb2 --tcp 80:8080")
      #expect(try await row("lb2")[3] == "<pending>")
      _ = try await kubectl("create service nodeport np --tcp 80:8080 --node-port 30080")
      #expect(try await row("np").dropFirst(3).prefix(2) == ["<none>", "80:30080/TCP"])
    }
  }

  @Test("get -o yaml shows the object with its defaults")
  func yaml() async throws {
    try await withKubectl { kubectl, _ in
      _ = try await kubectl("create -f -", input: Self.manifest)
      let lines = try await kubectl("get service web -o yaml").split(separator: "\n").filter {
        !["creationTimestamp:", "resourceVersion:", "uid:"].contains($0.split(separator: " ").first.map(String.init))
      }
      #expect(
        lines.joined(separator: "\n") == """
          apiVersion: v1
          kind: Service
          metadata:
          name: web
          namespace: default
          spec:
          clusterIP: 10.96.0.10
          clusterIPs:
          - 10.96.0.10
          internalTrafficPolicy: Cluster
          ipFamilies:
          - IPv4
          ipFamilyPolicy: SingleStack
          ports:
          - port: 80
          protocol: TCP
          targetPort: http
          selector:
          app: web
          sessionAffinity: None
          type: ClusterIP
          status:
          loadBalancer: {}
          """)
    }
  }

  @Test("apply changes what the manifest changes, keeps what others set, and removes what it no longer has")
  func applyAgain() async throws {
    try await withKubectl { kubectl, _ in
      _ = try await kubectl("apply -f -", input: Self.manifest)
      _ = try await kubectl("label service web tier=front")
      let changed = Self.manifest.replacing("port: 80\n", with: "port: 81\n").replacing(
        "- {name: A, value: \"1\"}", with: ""
      )
      .replacing("        env:\n", with: "").replacing("httpd:2", with: "httpd:3")
      let second = try await kubectl("apply -f -", input: changed)
      // A container's environment is fixed, so the pod is refused; the service is not.
      #expect(second.hasPrefix("service/web configured\n"))
      #expect(second.contains("spec: Forbidden: pod updates may not change fields other than"))
      #expect(
        try await kubectl("get service web -o 'jsonpath={.spec.ports[*].port} {.metadata.labels.tier}'") == "81 front")
    }
  }

  @Test("patch in three ways, label, annotate, scale of words to objects")
  func patch() async throws {
    try await withKubectl { kubectl, _ in
      _ = try await kubectl("create -f -", input: Self.manifest)
      #expect(
        try await kubectl(#"patch pod web-1 -p '{"spec":{"containers":[{"name":"web","image":"httpd:4"}]}}'"#)
          == "pod/web-1 patched\n")
      #expect(
        try await kubectl("get pod web-1 -o 'jsonpath={.spec.containers[0].image} {.spec.containers[0].env[0].name}'")
          == "httpd:4 A")
      #expect(
        try await kubectl(#"patch service web --type merge -p '{"spec":{"sessionAffinity":"ClientIP"}}'"#)
          == "service/web patched\n")
      #expect(
        try await kubectl(
          #"patch service web --type json -p '[{"op":"replace","path":"/spec/ports/0/port","value":8080}]'"#)
          == "service/web patched\n")
      #expect(try await kubectl("get service web --no-headers") == "web ClusterIP 10.96.0.10 <none> 8080/TCP AGE\n")
      #expect(try await kubectl("label pod web-1 tier=front") == "pod/web-1 labeled\n")
      #expect(try await kubectl("get pods -l tier=front -o name") == "pod/web-1\n")
      #expect(try await kubectl("annotate pod web-1 note=x") == "pod/web-1 annotated\n")
    }
  }

  @Test("refusals reach the user in full")
  func refusals() async throws {
    try await withKubectl { kubectl, _ in
      #expect(try await kubectl("get pod none") == "Error from server (NotFound): pods \"none\" not found\n")
      let range = Self.manifest.split(separator: "---")[0].replacing("port: 80\n", with: "port: 70000\n")
      #expect(
        try await kubectl("create -f -", input: String(range))
          == """
          The Service "web" is invalid: spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive

          """)
      let unknown = Self.manifest.split(separator: "---")[0].replacing("clusterIP:", with: "klusterIP:")
      #expect(try await kubectl("create -f -", input: String(unknown)).contains("spec.klusterIP"))
      let malformed = try await kubectl("create -f -", input: "apiVersion: v1\nkind: [Service\n")
      #expect(malformed.contains("error converting YAML to JSON") || malformed.contains("error parsing"))
      _ = try await kubectl("create -f -", input: Self.manifest)
      #expect(
        try await kubectl("create -f -", input: Self.manifest)
          .contains("Error from server (AlreadyExists): error when creating \"STDIN\": services \"web\" already exists")
      )
    }
  }

  @Test("create and delete: namespaces with all in them, pods after their grace")
  func createAndDelete() async throws {
    try await withKubectl { kubectl, server in
      #expect(try await kubectl("create namespace blue") == "namespace/blue created\n")
      #expect(try await kubectl("-n blue create service clusterip x --tcp=80:8080") == "service/x created\n")
      #expect(try await kubectl("-n blue get services -o name") == "service/x\n")
      #expect(try await kubectl("delete namespace blue") == "namespace \"blue\" deleted\n")
      #expect(try await kubectl("get namespace blue -o name").contains("NotFound"))
      _ = try await kubectl("create -f -", input: Self.node)
      _ = try await kubectl("apply -f -", input: Self.manifest)
      try await report(server)
      #expect(try await kubectl("delete pod web-1 --wait=false").contains("pod \"web-1\" deleted"))
      #expect(try await kubectl("get pods --no-headers") == "web-1 1/1 Terminating 0 AGE\n")
      #expect(try await kubectl("delete pod web-1 --grace-period=0 --force").contains("pod \"web-1\" force deleted"))
      #expect(try await kubectl("get pods") == "No resources found in default namespace.\n")
    }
  }

  @Test("get -w prints a row for each change")
  func watch() async throws {
    try await withKubectl { kubectl, server in
      _ = try await kubectl("create -f -", input: Self.manifest)
      async let watched = kubectl("get pods -w", seconds: 4)
      try await Task.sleep(for: .seconds(2))
      try await report(server, ready: false)
      try await report(server, ready: true)
      #expect(
        try await watched == """
          NAME READY STATUS RESTARTS AGE
          web-1 0/1 Pending 0 AGE
          web-1 0/1 Running 0 AGE
          web-1 1/1 Running 0 AGE

          """)
    }
  }

  @Test("describe shows service, pod and node")
  func describe() async throws {
    try await withKubectl { kubectl, server in
      _ = try await kubectl("create -f -", input: Self.node)
      _ = try await kubectl("create -f -", input: Self.manifest)
      try await report(server)
      let service = try await kubectl("describe service web")
      for line in ["Name: web", "Selector: app=web", "IP: 10.96.0.10", "TargetPort: http/TCP", "Events: <none>"] {
        #expect(service.contains(line + "\n"))
      }
      let pod = try await kubectl("describe pod web-1")
      for line in ["Status: Running", "IP: 10.65.1.5", "Image: httpd:2", "A: 1", "QoS Class: BestEffort"] {
        #expect(pod.contains(line + "\n"))
      }
      let node = try await kubectl("describe node node1")
      for line in ["Roles: worker", "PodCIDRs: 10.65.1.0/24,fd65:0:0:1::/64", "Kernel Version: 6.1"] {
        #expect(node.contains(line + "\n"))
      }
      #expect(node.contains("default web-1 0 (0%)"))
    }
  }

  @Test("api-resources and version come from discovery")
  func discovery() async throws {
    try await withKubectl { kubectl, _ in
      let resources = try await kubectl("api-resources --no-headers")
      for line in [
        "pods po v1 true Pod", "endpointslices discovery.k8s.io/v1 true EndpointSlice", "nodes no v1 false Node",
      ] {
        #expect(resources.contains(line + "\n"))
      }
      #expect(try await kubectl("version").contains("v1.32.0+apus"))
    }
  }
}
