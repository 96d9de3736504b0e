import Testing

@testable import Lab

@Suite("Scheduler")
struct SchedulerTests {
  private let pod = PodSpecification(name: PodName(namespace: "default", name: "p"), uid: "1", containers: [])

  @Test("The node with the fewest pods gets the next one")
  func fewest() {
    let nodes = [("node1", 2), ("node2", 1), ("node3", 4)].map { Scheduler.Candidate(name: $0, podCount: $1) }
    #expect(Scheduler.choose(for: pod, among: nodes) == "node2")
  }

  @Test("Of equals the one with the lowest number, whatever the order they come in")
  func ties() {
    let nodes = ["node10", "node9", "node2"].map { Scheduler.Candidate(name: $0, podCount: 0) }
    #expect(Scheduler.choose(for: pod, among: nodes) == "node2")
    #expect(Scheduler.choose(for: pod, among: nodes.reversed()) == "node2")
  }

  @Test("A cordoned node gets nothing")
  func cordoned() {
    let nodes = [
      Scheduler.Candidate(name: "node1", isUnschedulable: true, podCount: 0),
      Scheduler.Candidate(name: "node2", podCount: 9),
    ]
    #expect(Scheduler.choose(for: pod, among: nodes) == "node2")
    #expect(Scheduler.choose(for: pod, among: [nodes[0]]) == nil)
  }

  @Test("A node selector is obeyed")
  func selector() {
    var pod = pod
    pod.nodeSelector = ["kubernetes.io/hostname": "node3"]
    let nodes = ["node1", "node3"].map {
      Scheduler.Candidate(name: $0, labels: ["kubernetes.io/hostname": $0], podCount: $0 == "node3" ? 5 : 0)
    }
    #expect(Scheduler.choose(for: pod, among: nodes) == "node3")
  }
}
