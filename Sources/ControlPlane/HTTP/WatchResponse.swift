import HTTPTypes
import Hummingbird
import NIOCore

/// Answers a watch: an endless body, one frame a change, until the client leaves, the time is over or the server stops.
struct WatchResponse: Sendable {
  /// Without a time limit of the client's, a watch ends after half an hour to an hour, so that clients spread out.
  static let defaultTimeout = 1800...3600

  let store: ObjectStore
  let filter: WatchFilter
  let encoder: WatchEncoder
  let options: RequestOptions
  let bookmarkInterval: Duration

  func respond(to request: Request) throws(APIError) -> Response {
    try options.fieldSelector.check(filter.descriptor)
    let subscription = try subscribe()
    var headers = HTTPFields([HTTPField(name: .contentType, value: "application/json")])
    // The connection is read on to notice that the client leaves, so it cannot serve another request.
    if subscription != nil { headers[.connection] = "close" }
    let body = ResponseBody { writer in
      guard let subscription else {
        var buffer = ByteBuffer()
        WatchEncoder.writeError(tooOld, to: &buffer)
        try await writer.write(buffer)
        return try await writer.finish(nil)
      }
      let timer = Task { await runTimer(subscription.identifier) }
      defer {
        timer.cancel()
        store.endWatch(subscription.identifier)
      }
      try await request.body.consumeWithInboundCloseHandler { _ in
        try await stream(subscription, to: &writer)
      } onInboundClosed: {
        store.endWatch(subscription.identifier)
      }
    }
    return Response(status: .ok, headers: headers, body: body)
  }

  /// Whether the watch begins with the objects that are there.
  private var startsWithObjects: Bool {
    options.sendInitialEvents ?? (options.resourceVersion == nil || options.resourceVersion == "0")
  }

  private func subscribe() throws(APIError) -> WatchSubscription? {
    let resource: Set<String> = [filter.descriptor.name.qualified]
    if startsWithObjects { return store.watch(resource) }
    guard let text = options.resourceVersion, text != "0" else {
      return store.watch(resource, after: store.revision)
    }
    return store.watch(resource, after: try ResourceOperations.revision(text))
  }

  private var tooOld: APIError {
    .expired("too old resource version: \(options.resourceVersion ?? "") (\(store.revision))")
  }

  private func stream(
    _ subscription: WatchSubscription, to writer: inout any ResponseBodyWriter
  ) async throws {
    var encoder = encoder
    var buffer = ByteBuffer()
    for object in subscription.initial where filter.matches(object) { encoder.write(.added, object, to: &buffer) }
    if options.sendInitialEvents == true && options.allowWatchBookmarks {
      encoder.writeBookmark(revision: subscription.revision, endsInitialEvents: true, to: &buffer)
    }
    if buffer.readableBytes > 0 { try await writer.write(buffer) }
    for await item in subscription.items {
      buffer.clear()
      switch item {
      case .change(let change):
        guard let event = filter.event(change) else { continue }
        encoder.write(event.kind, event.object, to: &buffer)
      case .bookmark(let revision): encoder.writeBookmark(revision: revision, to: &buffer)
      }
      try await writer.write(buffer)
    }
    try await writer.finish(nil)
  }

  /// Sends bookmarks at intervals and ends the watch in time.
  private func runTimer(_ identifier: Int) async {
    let seconds = options.timeoutSeconds ?? Int.random(in: Self.defaultTimeout)
    let end = ContinuousClock.now + .seconds(seconds)
    while !Task.isCancelled {
      let left = end - ContinuousClock.now
      guard left > .zero else { break }
      try? await Task.sleep(for: min(left, bookmarkInterval))
      if options.allowWatchBookmarks && !Task.isCancelled { store.sendBookmark(to: identifier) }
    }
    store.endWatch(identifier)
  }
}
