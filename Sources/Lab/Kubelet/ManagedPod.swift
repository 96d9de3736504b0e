/// A pod that the kubelet looks after.
struct ManagedPod: Sendable {
  var lifecycle: PodLifecycle
  var record: PodRecord
  /// The status to send; nil if the API server has the latest.
  var unsent: PodReport?
  /// Whether a task is sending.
  var isSending = false
  var timer: Task<Void, Never>?

  var specification: PodSpecification { lifecycle.specification }
}
