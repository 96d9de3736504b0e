import AsyncHTTPClient
import Foundation
import Logging
import NIOSSL
import Testing

@testable import ControlPlane

@Suite("Serving")
struct ServingTests {
  @Test(
    "addresses to listen on are read in their forms",
    arguments: [
      ("127.0.0.1:6443", "127.0.0.1", 6443, nil), ("localhost:1", "127.0.0.1", 1, nil), ("[::1]:0", "::1", 0, nil),
      ("netns=/run/netns/a,10.77.0.254:6443", "10.77.0.254", 6443, "/run/netns/a"),
      ("netns=/run/netns/a,[fd77::254]:6443", "fd77::254", 6443, "/run/netns/a"),
    ] as [(String, String, UInt16, String?)])
  func addresses(text: String, host: String, port: UInt16, namespace: String?) throws {
    let address = try ListenAddress(text)
    #expect(address.host == host)
    #expect(address.port == port)
    #expect(address.namespacePath == namespace)
  }

  @Test(
    "other addresses are refused with an example",
    arguments: [
      "", "6443", "127.0.0.1", "example.com:6443", "::1:80", "127.0.0.1:65536", "netns=,1.2.3.4:1", "[1.2.3.4]:1",
    ])
  func badAddresses(text: String) {
    let error = #expect(throws: ControlPlaneError.self) { try ListenAddress(text) }
    #expect(error?.description.hasPrefix("cannot listen on \"\(text)\": expected ADDRESS:PORT") == true)
  }

  @Test("a port in use, an address that is not there and a namespace that is not there are each said so")
  func refusedSockets() throws {
    let first = try ListeningSocket.open(try ListenAddress("127.0.0.1:0"))
    defer { close(first.descriptor) }
    func refusal(_ text: String) throws -> String {
      let address = try ListenAddress(text)
      return #expect(throws: ControlPlaneError.self) { try ListeningSocket.open(address) }?.description ?? ""
    }
    #expect(
      try refusal("127.0.0.1:\(first.port)")
        == """
        cannot listen on 127.0.0.1:\(first.port): the port is in use: end the process that has it, or choose another port
        """)
    #expect(
      try refusal("198.51.100.7:1234")
        == "cannot listen on 198.51.100.7:1234: no interface has this address: add it first, or choose another")
    #expect(
      try refusal("netns=/nowhere/blue,127.0.0.1:0").contains("the network namespace /nowhere/blue cannot be opened"))
  }

  @Test("a data folder that cannot be made is said so")
  func badFolder() throws {
    let error = #expect(throws: ControlPlaneError.self) { try DataFolder("/dev/null/data") }
    #expect(error?.description.hasPrefix("cannot make the folder /dev/null/data: ") == true)
  }

  @Test("token, keys and kubeconfigs are for their owner only, and the same after a restart")
  func files() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let token = try BearerToken.load("\(folder.path)/token")
    #expect(token.count == 64)
    #expect(try BearerToken.load("\(folder.path)/token") == token)
    let authority = try CertificateAuthority.load(folder: folder.path, now: Date())
    #expect(try CertificateAuthority.load(folder: folder.path, now: Date()).certificate == authority.certificate)
    for name in ["token", "ca.key", "ca.crt"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    try PrivateFile.write("short\n", to: "\(folder.path)/token")
    #expect(throws: ControlPlaneError.self) { try BearerToken.load("\(folder.path)/token") }
  }

  @Test("each listener has a kubeconfig: admin for the host's, node for one in a namespace")
  func kubeconfigNames() throws {
    let listeners = try ["127.0.0.1:1", "netns=/a,10.0.0.1:1", "netns=/a,[fd00::1]:1", "[::1]:1"].map {
      try ListenAddress($0)
    }
    #expect(
      Kubeconfig.names(listeners) == [
        "admin.kubeconfig", "node.kubeconfig", "node-2.kubeconfig", "admin-2.kubeconfig",
      ])
  }

  @Test("a client that trusts the kubeconfig's authority reaches the server by TLS; a stranger's token is refused")
  func tls() async throws {
    try await LiveServer.run { server in
      let answer = try await server.get("/api/v1/namespaces/default")
      #expect(answer["metadata"]?["name"] == "default")
      #expect(try await server.get("/api/v1/namespaces", token: "wrong")["reason"] == "Unauthorized")
    }
  }

  @Test("a stop ends open watches and the server")
  func stop() async throws {
    try await LiveServer.run { server in
      let watch = try await server.open("/api/v1/pods?watch=1")
      let ended = Task {
        for try await _ in watch.body {}
      }
      try await Task.sleep(for: .milliseconds(100))
      server.stop()
      try await ended.value
    }
  }

  @Test("a listener inside a network namespace is reached from there, and only from there", .enabled(if: getuid() == 0))
  func namespace() throws {
    let name = "apus-test-\(getpid())"
    try #require(run(["ip", "netns", "add", name]))
    defer { _ = run(["ip", "netns", "del", name]) }
    let path = "/run/netns/\(name)"
    try #require(run(["nsenter", "--net=\(path)", "ip", "link", "set", "lo", "up"]))
    for host in ["127.0.0.1", "[::1]"] {
      let socket = try ListeningSocket.open(try ListenAddress("netns=\(path),\(host):0"))
      defer { close(socket.descriptor) }
      let connect = ["bash", "-c", "exec 3<>/dev/tcp/\(socket.address.host)/\(socket.port)"]
      #expect(run(["nsenter", "--net=\(path)"] + connect))
      #expect(!run(connect))
    }
  }

  /// Whether a command succeeds.
  private func run(_ command: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
