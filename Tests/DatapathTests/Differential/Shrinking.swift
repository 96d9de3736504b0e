/// Makes a play short that shows something.
enum Shrinking {
  /// Leaves out what is not needed: steps, many at once first, then octets from the end of each packet.
  static func shortest(_ play: Play, shows: (Play) -> Bool) -> Play {
    var play = play
    var size = max(1, play.steps.count / 2)
    while true {
      var end = play.steps.count
      while end > 0 {
        let start = max(0, end - size)
        var fewer = play
        fewer.steps.removeSubrange(start..<end)
        if shows(fewer) { play = fewer }
        end = start
      }
      if size == 1 { break }
      size /= 2
    }
    for index in play.steps.indices { shorten(&play, at: index, shows) }
    return play
  }

  private static func shorten(_ play: inout Play, at index: Int, _ shows: (Play) -> Bool) {
    while case .packet(var shot) = play.steps[index], shot.bytes.count > Shot.shortest(shot.bytes) {
      var shorter = play
      shot.bytes.removeLast()
      shorter.steps[index] = .packet(shot)
      guard shows(shorter) else { return }
      play = shorter
    }
  }
}
