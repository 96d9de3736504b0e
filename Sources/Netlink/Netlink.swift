/// rtnetlink in Swift.
public enum Netlink {}
