/// Services and EndpointSlices to frontends and backends.
public enum Services {}
