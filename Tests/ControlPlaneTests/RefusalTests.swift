import Testing

@testable import ControlPlane

@Suite("Refusals: each a Status with reason, message and details")
struct RefusalTests {
  @Test("a port out of range is named with its field, and nothing is stored")
  func invalidPort() async throws {
    try await TestAPI.run { api in
      let answer = try await api.post(
        Sample.services, Sample.service("web", ["ports": [["port": 70000, "targetPort": 80]]]))
      #expect(answer.status == 422)
      #expect(
        answer.body == [
          "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "reason": "Invalid", "code": 422,
          "message": """
          Service "web" is invalid: spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive
          """,
          "details": [
            "name": "web", "kind": "Service",
            "causes": [
              [
                "reason": "FieldValueInvalid", "field": "spec.ports[0].port",
                "message": "Invalid value: 70000: must be between 1 and 65535, inclusive",
              ]
            ],
          ],
        ])
      #expect(try await api.get("\(Sample.services)/web").status == 404)
    }
  }

  @Test(
    "what is wrong with a service is said field by field",
    arguments: [
      (["ports": []], "spec.ports: Required value"),
      (
        ["type": "Cluster"],
        "spec.type: Unsupported value: \"Cluster\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\""
      ),
      (
        ["ports": [["port": 1], ["port": 2]]],
        "[spec.ports[0].name: Required value, spec.ports[1].name: Required value]"
      ),
      (
        ["ports": [["port": 1, "protocol": "ICMP"]]],
        "spec.ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\""
      ),
      (
        ["ports": [["port": 1, "targetPort": "-x"]]],
        "spec.ports[0].targetPort: Invalid value: \"-x\": must not begin or end with a hyphen"
      ),
      (["selector": ["a b": "c"]], "spec.selector: Invalid value: \"a b\": name part must consist of"),
    ] as [(JSON, String)])
  func invalidService(spec: JSON, message: String) async throws {
    try await TestAPI.run { api in
      let answer = try await api.post(Sample.services, Sample.service("web", spec))
      #expect(answer.status == 422)
      #expect(answer.body["message"]?.string?.hasPrefix("Service \"web\" is invalid: \(message)") == true)
    }
  }

  @Test(
    "what is wrong with a pod is said field by field",
    arguments: [
      (["containers": []], "spec.containers: Required value"),
      (
        ["containers": [["name": "A", "image": "x"]]],
        "spec.containers[0].name: Invalid value: \"A\": a lowercase RFC 1123 label"
      ),
      (["containers": [["name": "a"]]], "spec.containers[0].image: Required value"),
      (
        ["containers": [["name": "a", "image": "x"], ["name": "a", "image": "x"]]],
        "spec.containers[1].name: Duplicate value: \"a\""
      ),
      (
        ["containers": [["name": "a", "image": "x", "ports": [["containerPort": 0]]]]],
        "spec.containers[0].ports[0].containerPort: Invalid value: 0: must be between 1 and 65535, inclusive"
      ),
    ] as [(JSON, String)])
  func invalidPod(spec: JSON, message: String) async throws {
    try await TestAPI.run { api in
      let answer = try await api.post(Sample.pods, ["metadata": ["name": "p"], "spec": spec])
      #expect(answer.status == 422)
      #expect(answer.body["message"]?.string?.hasPrefix("Pod \"p\" is invalid: \(message)") == true)
    }
  }

  @Test(
    "bodies that are no object of the kind are bad requests that say why",
    arguments: [
      ("{", "json parse error: expected a field name in quotes (at byte 1)"),
      ("", "the body of the request is empty"),
      ("[]", "cannot unmarshal array into Go value of type Service"),
      (#"{"kind":"Pod"}"#, "must be of type Service"),
      (#"{"apiVersion":"v2"}"#, "the API version in the data (v2) does not match the expected API version (v1)"),
      (
        #"{"spec":{"ports":[{"port":"80"}]}}"#,
        "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32"
      ),
      (#"{"metadata":{"name":"a","namespace":"other"}}"#, "namespace of the provided object does not match"),
    ])
  func malformedBodies(body: String, message: String) async throws {
    try await TestAPI.run { api in
      let answer = try await api.send(.post, Sample.services, body)
      #expect(answer.status == 400)
      #expect(answer.body["reason"] == "BadRequest")
      #expect(answer.body["message"]?.string?.contains(message) == true, "\(answer.body["message"]?.string ?? "")")
    }
  }

  @Test("unknown and duplicate fields: refused when strict, a warning by default, silence when ignored")
  func fieldValidation() async throws {
    try await TestAPI.run { api in
      let text = #"{"metadata":{"name":"w"},"spec":{"ports":[{"port":80,"port":81,"prot":"TCP"}]}}"#
      let strict = try await api.send(.post, Sample.services + "?fieldValidation=Strict", text)
      #expect(
        strict.body["message"]
          == """
          Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field \
          "spec.ports[0].prot", duplicate field "spec.ports[0].port"
          """)
      let warned = try await api.send(.post, Sample.services + "?dryRun=All", text)
      #expect(warned.status == 201)
      let warnings = warned.headers.filter { $0.name.canonicalName == "warning" }.map(\.value)
      #expect(
        warnings == [
          #"299 - "unknown field \"spec.ports[0].prot\"""#, #"299 - "duplicate field \"spec.ports[0].port\"""#,
        ])
      #expect(warned.body["spec"]?["ports"]?.array?.first?["prot"] == nil)
      let ignored = try await api.send(.post, Sample.services + "?fieldValidation=Ignore", text)
      #expect(ignored.headers.contains { $0.name.canonicalName == "warning" } == false)
    }
  }

  @Test("missing objects, taken names, unknown paths, wrong methods and missing namespaces have their codes")
  func codes() async throws {
    try await TestAPI.run { api in
      let missing = try await api.get("\(Sample.pods)/none")
      #expect(missing.status == 404)
      #expect(missing.body["message"] == "pods \"none\" not found")
      #expect(missing.body["details"] == ["name": "none", "kind": "pods"])
      _ = try await api.post(Sample.pods, Sample.pod("a"))
      let taken = try await api.post(Sample.pods, Sample.pod("a"))
      #expect(taken.status == 409)
      #expect(taken.body["reason"] == "AlreadyExists")
      #expect(taken.body["message"] == "pods \"a\" already exists")
      #expect(try await api.get("/api/v1/widgets").status == 404)
      #expect(try await api.put(Sample.pods, Sample.pod("a")).status == 405)
      let nowhere = try await api.post("/api/v1/namespaces/nowhere/pods", Sample.pod("a"))
      #expect(nowhere.status == 404)
      #expect(nowhere.body["message"] == "namespaces \"nowhere\" not found")
    }
  }

  @Test("without the token nothing is told but health and version")
  func unauthorized() async throws {
    try await TestAPI.run { api in
      for token in [nil, "", "wrong", TestAPI.token + "x", String(TestAPI.token.dropLast())] {
        let answer = try await api.send(.get, "/api/v1/pods", token: token)
        #expect(answer.status == 401)
        #expect(answer.body["reason"] == "Unauthorized")
      }
      for path in ["/healthz", "/livez", "/readyz", "/version"] {
        #expect(try await api.send(.get, path, token: nil).status == 200)
      }
    }
  }

  @Test("media types that are not served are refused with the list of those that are")
  func mediaTypes() async throws {
    try await TestAPI.run { api in
      #expect(try await api.send(.post, Sample.pods, "<a/>", type: "application/xml").status == 415)
      #expect(try await api.get(Sample.pods, accept: "text/html").status == 406)
      let apply = try await api.send(.patch, "\(Sample.pods)/a", "{}", type: "application/apply-patch+yaml")
      #expect(apply.status == 415)
      #expect(apply.body["message"]?.string?.contains("server-side apply") == true)
    }
  }

  @Test("a body over the limit is refused, not read into memory")
  func largeBody() async throws {
    try await TestAPI.run { api in
      let text = String(repeating: " ", count: ResourceEndpoint.maximumBodyBytes + 1)
      let answer = try await api.send(.post, Sample.pods, text)
      #expect(answer.status == 413)
    }
  }
}
