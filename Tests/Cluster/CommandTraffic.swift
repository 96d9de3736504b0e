import Foundation
import Testing

@testable import Lab

extension RealTraffic.Commands {
  @Test("Starting a lab that runs changes nothing")
  func upTwice() async throws {
    let before = try TestLab.location.loadExisting().processes
    let up = try await TestLab.up()
    #expect(up.code == 0, "\(up.output)")
    #expect(try TestLab.location.loadExisting().processes == before)
    #expect(up.output.contains("control-plane: runs already"))
    #expect(up.output.contains("curl -s http://"))
  }

  @Test("Status shows processes, pods and Services, and ends with 0")
  func status() async throws {
    let status = try await TestLab.lab("status")
    #expect(status.code == 0, "\(status.output)")
    for word in ["control-plane", "node3", "kubelet", "default/client-pod", "default/web"] {
      #expect(status.output.contains(word), "\(status.output)")
    }
  }

  @Test("A lab does not shrink, and has no thousand nodes")
  func nodeCounts() async throws {
    let smaller = try await TestLab.lab("up", "--nodes", "2")
    #expect(smaller.code != 0)
    #expect(smaller.output.contains("cannot shrink to 2"))
    let larger = try await TestLab.lab("up", "--nodes", "1000")
    #expect(larger.output.contains("1000 nodes are not possible"))
  }

  @Test("exec names the pods that are there when it is given another, and passes the exit code on")
  func exec() async throws {
    let missing = try await TestLab.lab("exec", "nobody", "--", "true")
    #expect(missing.code != 0)
    #expect(missing.output.contains("there is no pod default/nobody"))
    #expect(missing.output.contains("default/web-1"))
    #expect(try await TestLab.shell(in: "web-1", "exit 7").code == 7)
    #expect(try await TestLab.shell(in: "node1", "ip -o address show eth0").output.contains("10.77.0.1/24"))
    #expect(try await TestLab.shell(in: "client", "ip -o address show eth0").output.contains("10.77.0.200/24"))
  }

  @Test("Logs of pods and processes")
  func logs() async throws {
    #expect(try await TestLab.lab("logs", "web-1").output.contains("listening on port 8080"))
    #expect(try await TestLab.lab("logs", "control-plane").code == 0)
    let missing = try await TestLab.lab("logs", "nobody")
    #expect(missing.output.contains("there is no log of nobody"))
  }
}
