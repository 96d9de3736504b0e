import Testing

@testable import ControlPlane

@Suite("JSON patch (RFC 6902)")
struct JSONPatchTests {
  private let document: JSON = ["a": ["b": [1, 2, 3]], "c/d": "slash", "~": "tilde"]

  @Test(
    "operations change what they name",
    arguments: [
      ([["op": "add", "path": "/a/b/1", "value": 9]], #"{"a":{"b":[1,9,2,3]},"c/d":"slash","~":"tilde"}"#),
      ([["op": "add", "path": "/a/b/-", "value": 9]], #"{"a":{"b":[1,2,3,9]},"c/d":"slash","~":"tilde"}"#),
      ([["op": "add", "path": "/a/x", "value": .null]], #"{"a":{"b":[1,2,3],"x":null},"c/d":"slash","~":"tilde"}"#),
      ([["op": "remove", "path": "/c~1d"]], #"{"a":{"b":[1,2,3]},"~":"tilde"}"#),
      ([["op": "replace", "path": "/~0", "value": true]], #"{"a":{"b":[1,2,3]},"c/d":"slash","~":true}"#),
      (
        [["op": "move", "from": "/a/b/0", "path": "/first"]], #"{"a":{"b":[2,3]},"c/d":"slash","first":1,"~":"tilde"}"#
      ),
      ([["op": "copy", "from": "/c~1d", "path": "/a/b"]], #"{"a":{"b":"slash"},"c/d":"slash","~":"tilde"}"#),
      (
        [["op": "test", "path": "/a/b/2", "value": 3], ["op": "remove", "path": "/a"]],
        #"{"c/d":"slash","~":"tilde"}"#
      ),
    ] as [(JSON, String)])
  func operations(patch: JSON, result: String) throws {
    #expect(try JSONPatch.apply(patch, to: document).text == result)
  }

  @Test(
    "what does not fit is refused as a whole",
    arguments: [
      ([["op": "remove", "path": "/none"]], 422), ([["op": "replace", "path": "/none", "value": 1]], 422),
      ([["op": "add", "path": "/a/b/9", "value": 1]], 422), ([["op": "test", "path": "/a/b/0", "value": 2]], 422),
      ([["op": "add", "path": "/a/b/01", "value": 1]], 422), ([["op": "add", "path": "/a"]], 400),
      ([["op": "turn", "path": "/a"]], 400), ([["op": "remove", "path": "a"]], 400), (["op": "remove"], 400),
    ] as [(JSON, Int)])
  func refused(patch: JSON, code: Int) {
    let error = #expect(throws: APIError.self) { try JSONPatch.apply(patch, to: document) }
    #expect(error?.code == code)
  }
}

@Suite("JSON merge patch (RFC 7386)")
struct MergePatchTests {
  /// The test cases of RFC 7386, appendix A.
  @Test(arguments: [
    (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
    (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
    (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
    (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
    (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
    (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
    (#"{"e":null}"#, #"{"a":1}"#, #"{"a":1,"e":null}"#), (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
    (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
  ])
  func appendixA(original: String, patch: String, result: String) throws {
    let patched = MergePatch.apply(try JSONParser.parse(patch.utf8), to: try JSONParser.parse(original.utf8))
    #expect(patched.text == result)
  }
}

@Suite("Strategic merge patch")
struct StrategicMergePatchTests {
  private let pod: JSON = [
    "metadata": ["labels": ["a": "1"], "finalizers": ["x"]],
    "spec": [
      "containers": [
        [
          "name": "web", "image": "httpd:1", "env": [["name": "A", "value": "1"], ["name": "B", "value": "2"]],
          "ports": [["containerPort": 80, "protocol": "TCP"]], "args": ["-x"],
        ],
        ["name": "log", "image": "log:1"],
      ]
    ],
    "status": ["conditions": [["type": "Ready", "status": "False"], ["type": "Scheduled", "status": "True"]]],
  ]

  private func patched(_ patch: JSON) throws -> JSON {
    try StrategicMergePatch.apply(patch, to: pod, schema: .pod)
  }

  @Test("a container is found by its name and merged field by field; others stay")
  func containers() throws {
    let result = try patched([
      "spec": [
        "containers": [["name": "web", "image": "httpd:2", "env": [["name": "B", "value": "3"], ["name": "C"]]]]
      ]
    ])
    let containers = result["spec"]?["containers"]?.array
    #expect(containers?.count == 2)
    #expect(containers?[0]["image"] == "httpd:2")
    #expect(
      containers?[0]["env"] == [["name": "A", "value": "1"], ["name": "B", "value": "3"], ["name": "C"]])
    #expect(containers?[0]["args"] == ["-x"])
    #expect(containers?[1] == ["name": "log", "image": "log:1"])
  }

  @Test("lists without a merge key are replaced, null removes a field")
  func replaceAndRemove() throws {
    let result = try patched([
      "metadata": ["labels": ["a": .null, "b": "2"]], "spec": ["containers": [["name": "web", "args": ["-y", "-z"]]]],
    ])
    #expect(result["metadata"]?["labels"] == ["b": "2"])
    #expect(result["spec"]?["containers"]?.array?[0]["args"] == ["-y", "-z"])
  }

  @Test("$patch: delete removes an element, $patch: replace the whole list or object")
  func directives() throws {
    let deleted = try patched(["spec": ["containers": [["name": "log", "$patch": "delete"]]]])
    #expect(deleted["spec"]?["containers"]?.array?.count == 1)
    let replaced = try patched(["spec": ["containers": [["$patch": "replace"], ["name": "new", "image": "n"]]]])
    #expect(replaced["spec"]?["containers"] == [["name": "new", "image": "n"]])
    let object = try patched(["metadata": ["labels": ["$patch": "replace", "z": "9"]]])
    #expect(object["metadata"]?["labels"] == ["z": "9"])
  }

  @Test("conditions merge by type, finalizers as a set, $deleteFromPrimitiveList takes out of one")
  func conditionsAndSets() throws {
    let result = try patched([
      "metadata": ["finalizers": ["x", "y"]], "status": ["conditions": [["type": "Ready", "status": "True"]]],
    ])
    #expect(result["metadata"]?["finalizers"] == ["x", "y"])
    #expect(
      result["status"]?["conditions"] == [
        ["type": "Ready", "status": "True"], ["type": "Scheduled", "status": "True"],
      ])
    let removed = try patched(["metadata": ["$deleteFromPrimitiveList/finalizers": ["x"]]])
    #expect(removed["metadata"]?["finalizers"] == [])
  }

  @Test("$setElementOrder puts elements in the client's order; what only the server has keeps its place")
  func order() throws {
    let result = try patched([
      "spec": [
        "$setElementOrder/containers": [["name": "new"], ["name": "log"]],
        "containers": [["name": "new", "image": "n"]],
      ]
    ])
    #expect(result["spec"]?["containers"]?.array?.compactMap { $0["name"]?.string } == ["new", "web", "log"])
  }

  @Test("$retainKeys keeps the named keys only")
  func retainKeys() throws {
    let result = try patched(["metadata": ["$retainKeys": ["labels"], "labels": ["b": "2"]]])
    #expect(result["metadata"] == ["labels": ["a": "1", "b": "2"]])
  }

  @Test("ports of one number and two protocols are kept apart when the patch names the protocol")
  func portsByProtocol() throws {
    let service: JSON = ["spec": ["ports": [["port": 53, "protocol": "TCP"], ["port": 53, "protocol": "UDP"]]]]
    let result = try StrategicMergePatch.apply(
      ["spec": ["ports": [["port": 53, "protocol": "UDP", "targetPort": 5353]]]], to: service, schema: .service)
    #expect(
      result["spec"]?["ports"] == [
        ["port": 53, "protocol": "TCP"], ["port": 53, "protocol": "UDP", "targetPort": 5353],
      ])
  }

  @Test("an element without its merge key is refused by name")
  func missingKey() {
    let error = #expect(throws: APIError.self) { try patched(["spec": ["containers": [["image": "x"]]]]) }
    #expect(error?.code == 422)
    #expect(error?.message.contains("does not contain its merge key \"name\"") == true)
  }

  @Test("over HTTP each of the three kinds of patch reaches the object, and a strict one names unknown fields")
  func overHTTP() async throws {
    try await TestAPI.run { api in
      _ = try await api.post(Sample.services, Sample.service("web"))
      let path = "\(Sample.services)/web"
      _ = try await api.patch(path, [["op": "add", "path": "/metadata/labels", "value": ["a": "1"]]], "json")
      _ = try await api.patch(path, ["metadata": ["labels": ["b": "2"]]], "merge")
      let result = try await api.patch(
        path, ["spec": ["ports": [["port": 81, "name": "b"], ["port": 80, "name": "a"]]]], "strategic")
      #expect(result.status == 200)
      #expect(result.body["metadata"]?["labels"] == ["a": "1", "b": "2"])
      #expect(result.body["spec"]?["ports"]?.array?.compactMap { $0["port"]?.int } == [80, 81])
      let strict = try await api.patch(path + "?fieldValidation=Strict", ["spec": ["colour": "red"]])
      #expect(strict.status == 400)
      #expect(strict.body["message"]?.string?.contains("unknown field \"spec.colour\"") == true)
    }
  }
}
