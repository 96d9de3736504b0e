import DataplaneABI
import EBPF

extension LinuxKernel {
  /// Removes the flows that are over, in the kernel. Takes some 80 ms for half a million of them; packets go on meanwhile.
  ///
  /// - Parameter servicesChanged: whether each flow is held against the services, which costs some 20 ms more.
  public func sweep(servicesChanged: Bool) throws -> SweepReport {
    try sweeps.withLock { finds in
      guard finds else {
        throw DataplaneFailure(subject: "conntrack sweep", reason: "the conntrack tables are not resized to the end")
      }
      return try runSweep(servicesChanged)
    }
  }

  /// Keeps sweeps waiting while `body` runs, and off if it does not end well: some flows may be where their programs do not look.
  func withoutSweeps(_ body: () throws -> Void) throws {
    try sweeps.withLock { finds in
      finds = false
      try body()
      finds = true
    }
  }

  private func runSweep(_ servicesChanged: Bool) throws -> SweepReport {
    let datapath = datapath
    let program = try datapath.program(.conntrackSweep)
    let capacity = UInt32(try datapath.map(MapName.conntrack4).info.maxEntries)
    let places = ConntrackRoom.places(capacity: capacity, possibleCPUs: try PossibleCPUs.count())
    let request = SweepRequest(servicesChanged: servicesChanged, places: places)
    let start = ContinuousClock.now
    let result = try program.run(TestRunInput(data: [], context: withUnsafeBytes(of: request.rawValue) { Array($0) }))
    let duration = ContinuousClock.now - start
    guard result.verdict == 0 else {
      throw DataplaneFailure(subject: "conntrack sweep", reason: "the program returned \(result.verdict)")
    }
    let tallies = try datapath.map(MapName.sweep, UInt32.self, SweepTally.self)
    return SweepReport(try [0, 1].compactMap { try tallies.lookUp($0) }, capacity: capacity, duration: duration)
  }
}
