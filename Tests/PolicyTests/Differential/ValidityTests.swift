import CalicoAPI
import Testing

@testable import Policy
import PolicyWorld

/// What an API server takes is enforced as it stands: nothing of it is closed because nobody understands it.
@Suite("Policies that the API takes")
struct ValidityTests {
  private static let selectors = SelectorRule { text in
    do throws(SelectorError) {
      _ = try Selector(text)
      return nil
    } catch { return "\(error)" }
  }

  @Test("are enforced as they stand, but for what is not supported")
  func valid() {
    var counts = (valid: 0, closed: 0)
    for seed in 0..<400 as Range<UInt64> {
      var world = RandomWorld(seed: seed)
      world.mishaps = 12
      for policy in world.cluster().policies {
        let errors = Self.errors(policy)
        let problems = Self.problems(policy).filter { !$0.reason.contains("not supported") }
        if errors.isEmpty { counts.valid += 1 }
        if !problems.isEmpty { counts.closed += 1 }
        #expect(problems.isEmpty || !errors.isEmpty, "\(problems) in \(policy)")
      }
    }
    #expect(counts.valid > 300 && counts.closed > 200, "\(counts)")
  }

  private static func errors(_ policy: PolicyObject) -> [FieldError] {
    switch policy {
    case .kubernetes(let policy): policy.spec.errors()
    case .cluster(let policy): policy.spec.errors()
    case .network(let policy): policy.errors(selectors)
    case .global(let policy): policy.errors(selectors)
    }
  }

  private static func problems(_ policy: PolicyObject) -> [PolicyProblem] {
    let head = policy.head
    let problems = policy.body(head).problems
    if case .failure(let problem) = head.subject { return [problem] + problems }
    return problems
  }
}
