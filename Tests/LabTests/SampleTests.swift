import Foundation
import Netlink
import Testing

@testable import Lab

@Suite("The sample")
struct SampleTests {
  @Test("A request line is read; the query is no part of the path")
  func requests() {
    #expect(SampleRequest(head: "GET /a/b?c=d HTTP/1.1\r\nHost: x\r\n\r\n")?.path == "/a/b")
    #expect(SampleRequest(head: "GET  / HTTP/1.1\r\n\r\n") == nil)
    #expect(SampleRequest(head: "hello\r\n\r\n") == nil)
    #expect(SampleRequest(head: "") == nil)
  }

  @Test(
    "What is asked for decides what is sent",
    arguments: [
      ("GET /bytes/10 HTTP/1.1", SampleAnswer.bytes(10)), ("GET /drip/2 HTTP/1.1", .drip(pieces: 200)),
      ("POST / HTTP/1.1", .text(status: "405 Method Not Allowed", "only GET and HEAD are answered\n")),
      ("GET /bytes/-1 HTTP/1.1", .text(status: "200 OK", "i\nc\npath: /bytes/-1\n")),
      ("nonsense", .text(status: "400 Bad Request", "this server speaks HTTP/1 only\n")),
    ])
  func answers(head: String, expected: SampleAnswer) {
    #expect(SampleAnswer(to: SampleRequest(head: head), identity: "i\n", client: "c\n") == expected)
  }

  @Test("The content is the same however it is cut")
  func content() {
    var whole = SampleContent()
    var parts = SampleContent()
    #expect(whole.read(4_000) == parts.read(1_600) + parts.read(2_400))
    #expect(Set(whole.read(4_096)).count > 200, "it looks random")
  }

  @Test("The server tells who answered whom, over IPv4 and IPv6", arguments: ["127.0.0.1", "::1"])
  func server(text: String) throws {
    let address = try #require(InetAddress(text))
    let server = try SampleServer(port: 0, pod: "web-1", node: "node2")
    Thread.detachNewThread { _ = try? server.run() }
    let answer = String(decoding: fetch("/hello?x=1", address, server.port), as: UTF8.self)
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    let lines = answer.split(separator: "\r\n\r\n").last?.split(separator: "\n") ?? []
    #expect(lines.count == 5)
    #expect(lines.prefix(3) == ["pod: web-1", "node: node2", "client: \(text)"])
    #expect(lines.last == "path: /hello")

    var content = SampleContent()
    #expect(fetch("/bytes/100001", address, server.port).suffix(100_001) == content.read(100_001)[...])
  }

  /// All that the server sends.
  private func fetch(_ path: String, _ address: InetAddress, _ port: UInt16) -> [UInt8] {
    let client = StreamSocket(
      descriptor: socket(address.family == .ipv4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0))
    defer { client.close() }
    client.limitWaiting(.seconds(5))
    guard client.connect(to: address.bytes, port: port), client.write(Array("GET \(path) HTTP/1.1\r\n\r\n".utf8)) else {
      return []
    }
    var answer: [UInt8] = []
    while let bytes = client.read(65_536), !bytes.isEmpty { answer += bytes }
    return answer
  }

  @Test("The committed manifest is one Service, a client and three web pods")
  func manifest() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let manifest = try Manifest(path: root.appendingPathComponent("manifests/lab/sample.yaml").path)
    #expect(manifest.services.map(\.name) == ["web"])
    #expect(manifest.pods.map(\.name) == ["client-pod", "web-1", "web-2", "web-3"])
    let web = PodSpecification(manifest.pods[1])
    #expect(web.containers[0].command == ["apus", "lab", "serve", "--port", "8080"])
    #expect(web.containers[0].readiness?.action == .get(port: 8080, path: "/"))
  }

  @Test("A manifest that cannot be read says which object of which file is wrong")
  func badManifests() {
    let wrongPort = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: eighty}]}\n"
    for (yaml, word) in [
      ("a: [", "m.yaml is not valid YAML"), ("apiVersion: v1\nkind: Secret\n", "not v1 Secret"),
      ("kind: Pod\n", "it has no apiVersion"),
      ("apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n---\n\(wrongPort)", "object 2 of m.yaml"),
    ] {
      let error = #expect(throws: LabError.self) { try Manifest(yaml: yaml, name: "m.yaml") }
      #expect(error?.description.contains(word) == true, "\(String(describing: error))")
    }
  }
}
