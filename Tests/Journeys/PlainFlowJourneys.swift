import DataplaneABI
import Testing

/// Packets between pods, nodes and strangers, with no service in between.
@Suite("Plain flows", .enabled(if: Node.canRun, "needs root"))
struct PlainFlowJourneys {
  @Test("Pod to pod on one node: straight in, and the answer straight back", arguments: Family.allCases)
  func sameNode(family: Family) throws {
    let node = try Node(family)
    let syn = Packet.tcp(from: node.client, 40000, to: node.server, 8080, TCP.syn)
    #expect(try node.fromPod(syn).isRedirected(as: syn.delivered(to: MAC.server)))

    let flow = try #require(try node.flow(of: syn))
    #expect(flow.leg.forwarding == .workload)
    #expect(flow.leg.interfaceIndex == node.interfaces.server)
    #expect(flow.kind == .none)

    let answer = syn.answer(flags: TCP.syn | TCP.ack)
    #expect(try node.fromServer(answer).isRedirected(as: answer.delivered(to: MAC.client)))
    #expect(try node.flow(of: answer)?.leg.interfaceIndex == node.interfaces.client)
    #expect(try node.tables.flowCount() == 1)
    #expect(try node.count(.newFlow) == 1)
    #expect(try node.drops() == 0)
  }

  @Test("Pod to a pod on another node: out to that node, and its answer straight in", arguments: Family.allCases)
  func otherNode(family: Family) throws {
    let node = try Node(family)
    let syn = Packet.tcp(from: node.client, 40000, to: node.remotePod, 8080, TCP.syn)
    #expect(try node.fromPod(syn).isRedirected(as: syn.forwarded()))
    let flow = try #require(try node.flow(of: syn))
    #expect(flow.leg.forwarding == .neighbour)
    #expect(flow.leg.interfaceIndex == node.interfaces.uplink)
    #expect(flow.nextHop == node.otherNode)

    let answer = syn.answer(flags: TCP.syn | TCP.ack).with {
      $0.sourceMAC = MAC.fabric
      $0.destinationMAC = MAC.uplink
    }
    #expect(try node.fromFabric(answer).isRedirected(as: answer.delivered(to: MAC.client)))
    #expect(try node.tables.flowCount() == 1)
  }

  @Test("A pod of another node opens a flow to a pod here", arguments: Family.allCases)
  func fromOtherNode(family: Family) throws {
    let node = try Node(family)
    let syn = Packet.tcp(from: node.remotePod, 40000, to: node.server, 8080, TCP.syn)
    #expect(try node.fromFabric(syn).isRedirected(as: syn.delivered(to: MAC.server)))
    let answer = syn.answer(flags: TCP.syn | TCP.ack)
    #expect(try node.fromServer(answer).isRedirected(as: answer.forwarded()))
    #expect(try node.flow(of: answer)?.nextHop == node.otherNode)
  }

  @Test("Pings, UDP and other protocols make flows too", arguments: Family.allCases)
  func otherProtocols(family: Family) throws {
    let node = try Node(family)
    let packets = [
      Packet.icmp(from: node.client, to: node.server, type: family.echoRequest),
      Packet.udp(from: node.client, 5000, to: node.server, 53),
      Packet(from: node.client, to: node.server, .other(47)),
    ]
    for packet in packets {
      #expect(try node.fromPod(packet).isRedirected(as: packet.delivered(to: MAC.server)))
      let answer = packet.answer()
      #expect(try node.fromServer(answer).isRedirected(as: answer.delivered(to: MAC.client)))
    }
    #expect(try node.tables.flowCount() == 3)
    #expect(try node.count(.newFlow) == 3)
  }

  @Test("Payloads of every length up to 70 bytes, and of 1400, arrive whole", arguments: Family.allCases)
  func payloads(family: Family) throws {
    let node = try Node(family)
    for length in Array(0...70) + [1400] {
      let packet = Packet.udp(from: node.client, 5000, to: node.server, 53).with {
        $0.payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      }
      #expect(try node.fromPod(packet).isRedirected(as: packet.delivered(to: MAC.server)))
    }
    let flow = try node.flow(of: Packet.udp(from: node.client, 5000, to: node.server, 53))
    #expect(flow?.leg.packets == 72)
  }

  @Test("The host reaches a pod, and the pod's answer goes back to the host", arguments: Family.allCases)
  func hostToPod(family: Family) throws {
    let node = try Node(family)
    let syn = Packet.tcp(from: node.address, 40000, to: node.client, 8080, TCP.syn)
    #expect(try node.fromHost(syn).isLeft(as: syn))
    let answer = syn.answer(flags: TCP.syn | TCP.ack)
    #expect(try node.fromPod(answer).isLeft(as: answer))
    let flow = try #require(try node.flow(of: answer))
    #expect(flow.leg.forwarding == .stack)
    #expect(flow.leg.packets == 1)
    #expect(flow.back.packets == 1)
    #expect(try node.drops() == 0)
  }

  @Test("A pod reaches its host through the host stack", arguments: Family.allCases)
  func podToHost(family: Family) throws {
    let node = try Node(family)
    let syn = Packet.tcp(from: node.client, 40000, to: node.address, 10250, TCP.syn)
    #expect(try node.fromPod(syn).isLeft(as: syn))
    let answer = syn.answer(flags: TCP.syn | TCP.ack)
    #expect(try node.fromHost(answer).isLeft(as: answer))
    #expect(try node.tables.flowCount() == 1)
  }

  @Test("A packet that one of our programs handled is not looked at again on its way out", arguments: Family.allCases)
  func markedPacket(family: Family) throws {
    let node = try Node(family)
    let toStranger = Packet.udp(from: node.client, 5000, to: node.stranger, 53)
    let outcome = try node.fromPod(toStranger)
    #expect(outcome.isLeft(as: toStranger))
    #expect(outcome.mark != 0)
    let other = Packet.udp(from: node.stranger, 53, to: node.server, 5000)
    #expect(try node.fromHost(other, at: node.interfaces.server, mark: outcome.mark).isLeft(as: other))
    #expect(try node.flow(of: other) == nil)
  }

  @Test("What the fabric sends to the host itself is none of our business", arguments: Family.allCases)
  func fabricToHost(family: Family) throws {
    let node = try Node(family)
    let packets = [
      Packet.tcp(from: node.otherNode, 40000, to: node.address, 22, TCP.syn),
      Packet.tcp(from: node.otherNode, 40000, to: node.address, 22, TCP.ack),
      Packet.udp(from: node.stranger, 53, to: node.address, 5000).with { $0.fragment = 0x2000 },
      Packet.udp(from: node.stranger, 53, to: node.otherNode, 5000),
    ]
    for packet in packets { #expect(try node.fromFabric(packet).isLeft(as: packet)) }
    #expect(try node.tables.flowCount() == 0)
    #expect(try node.drops() == 0)
  }

  @Test("TCP in mid-flow that nobody knows is left to the host stack", arguments: Family.allCases)
  func midFlow(family: Family) throws {
    let node = try Node(family)
    let ack = Packet.tcp(from: node.client, 40000, to: node.remotePod, 8080, TCP.ack)
    #expect(try node.fromPod(ack).isLeft(as: ack))
    #expect(try node.tables.flowCount() == 0)
    #expect(try node.count(.midFlow) == 1)
  }

  @Test("An ICMP error goes through the host stack", arguments: Family.allCases)
  func icmpError(family: Family) throws {
    let node = try Node(family)
    let error = Packet.icmp(from: node.client, to: node.server, type: family.unreachable)
    #expect(try node.fromPod(error).isLeft(as: error))
    #expect(try node.tables.flowCount() == 0)
  }

  @Test("Multicast is left alone", arguments: Family.allCases)
  func multicast(family: Family) throws {
    let node = try Node(family)
    let packet = Packet.udp(from: node.client, 5353, to: family.pick("224.0.0.251", "ff02::fb"), 5353)
    #expect(try node.fromPod(packet).isLeft(as: packet))
    #expect(try node.tables.flowCount() == 0)
  }
}
