/// What /version says. Clients compare it with their own: the API served here is that of Kubernetes 1.32.
enum ServerVersion {
  static let json: JSON = [
    "major": "1", "minor": "32", "gitVersion": "v1.32.0+apus", "gitCommit": "", "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swiftc", "platform": "linux/amd64",
  ]
}
