import Testing

@testable import Lab

@Suite("Exec: where a command runs")
struct ExecTargetTests {
  private func target(_ text: String, _ namespace: String? = nil) throws -> ExecTarget {
    ExecTarget(text, namespace: namespace, in: try #require(Topology(name: .standard, nodeCount: 2)))
  }

  @Test("node1 and client are hosts")
  func hosts() throws {
    guard case .host(let node) = try target("node1"), case .host(let client) = try target("client") else {
      Issue.record("not hosts")
      return
    }
    #expect(node.namespace == "apus-node1")
    #expect(client.namespace == "apus-client")
  }

  @Test("A node that the lab does not have is taken as a pod")
  func unknownNode() throws {
    #expect(try target("node3") == .pod(PodName(namespace: "default", name: "node3")))
  }

  @Test("With a namespace, even node1 is a pod")
  func podCalledLikeANode() throws {
    #expect(try target("node1", "default") == .pod(PodName(namespace: "default", name: "node1")))
  }

  @Test("A pod's namespace may be given before a slash")
  func slash() throws {
    #expect(try target("shop/cart") == .pod(PodName(namespace: "shop", name: "cart")))
  }
}
