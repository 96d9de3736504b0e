/// Watch, calculate, reconcile.
public enum NodeAgent {}
