/// The nodes of the paths from outside: the one that is asked and the backend's, answering each way.
final class OutsideNodes: Sendable {
  typealias Pair = (asked: OutsideNode, backend: OutsideNode)

  let tunnel: Pair
  let direct: Pair

  init() throws {
    tunnel = (try OutsideNode(1, direct: false), try OutsideNode(2, direct: false))
    direct = (try OutsideNode(1, direct: true), try OutsideNode(2, direct: true))
  }

  /// Throws unless each packet was sent on, and as many flows were opened as packets of `paths` asked for, in so many runs each.
  func check(_ paths: [OutsidePaths], runs: Int) throws {
    let counted = try [tunnel.asked, tunnel.backend, direct.asked, direct.backend].map { try $0.counted() }
    let (flows, lost) = (counted.reduce(0) { $0 + $1.flows }, counted.reduce(0) { $0 + $1.lost })
    let expected = paths.reduce(0) {
      $0 + OutsidePaths.handshakes + $1.all.count(where: \.isNew) * runs * Int(LiveHook.packets)
    }
    guard flows == expected, lost == 0 else { throw Mismatch("\(flows) flows, not \(expected); \(lost) packets lost") }
  }
}
