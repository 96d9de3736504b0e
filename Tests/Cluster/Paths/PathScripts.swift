import Foundation

@testable import Lab

/// The two ends of an exchange: programs of the machine's perl, run inside pods and on hosts. Those of SCTP are beside.
struct PathScripts {
  let folder = NSTemporaryDirectory() + "paths-\(UUID().uuidString)"

  static let canRun = (try? Enclosure.find("perl", ["PATH=/usr/bin:/bin"])) != nil

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Self.server.write(toFile: "\(folder)/server.pl", atomically: true, encoding: .utf8)
    try Self.client.write(toFile: "\(folder)/client.pl", atomically: true, encoding: .utf8)
    try Self.association.write(toFile: "\(folder)/SCTP.pl", atomically: true, encoding: .utf8)
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// Ends once `stop` has been called.
  func server(port: UInt16) -> String { "exec perl \(folder)/server.pl \(port) \(folder)/stop" }
  func stop() throws { try "".write(toFile: "\(folder)/stop", atomically: true, encoding: .utf8) }

  /// - Parameter pause: A file that the client makes after its first question, to go on once it is gone.
  func client(
    _ transport: String, from port: UInt16, to address: String, _ destination: UInt16, pause: String? = nil
  ) -> String {
    let program = transport == "SCTP" ? "SCTP.pl client" : "client.pl \(transport)"
    return "exec perl \(folder)/\(program) \(port) \(address) \(destination) \(pause ?? "")"
  }

  /// Answers each question, by TCP and UDP, with the question and the address that it came from.
  private static let server = #"""
    use strict;
    use warnings;
    use IO::Select;
    use Socket qw(:DEFAULT IPPROTO_IPV6 IPV6_V6ONLY inet_ntop);

    my ($port, $stop) = @ARGV;

    sub bound {
      socket(my $socket, AF_INET6, shift, 0) or die "socket: $!";
      setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
      setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
      bind($socket, Socket::pack_sockaddr_in6($port, Socket::IN6ADDR_ANY)) or die "bind: $!";
      return $socket;
    }

    sub address {
      my (undef, $address) = Socket::unpack_sockaddr_in6(shift);
      my $text = inet_ntop(AF_INET6, $address);
      $text =~ s/^::ffff://;
      return $text;
    }

    my ($listener, $datagrams) = (bound(SOCK_STREAM), bound(SOCK_DGRAM));
    listen($listener, 16) or die "listen: $!";
    my $waiting = IO::Select->new($listener, $datagrams);
    my %clients;
    until (-e $stop) {
      for my $socket ($waiting->can_read(0.1)) {
        if ($socket == $listener) {
          my $from = accept(my $connection, $listener) or next;
          $clients{$connection} = address($from);
          $waiting->add($connection);
        } elsif ($socket == $datagrams) {
          my $from = recv($socket, my $question, 2048, 0);
          chomp $question;
          send($socket, "$question from " . address($from) . "\n", 0, $from) if defined $from;
        } elsif (sysread($socket, my $question, 2048)) {
          chomp $question;
          syswrite($socket, "$question from $clients{$socket}\n");
        } else {
          $waiting->remove($socket);
          close $socket;
        }
      }
    }
    """#

  /// Asks three times and prints who it talked to, by its own socket, and who the server says it is.
  private static let client = #"""
    use strict;
    use warnings;
    use Socket qw(:DEFAULT :addrinfo SHUT_WR);

    my ($transport, $local, $host, $port, $pause) = @ARGV;
    alarm 5;
    my $type = $transport eq "TCP" ? SOCK_STREAM : SOCK_DGRAM;
    my $numeric = {flags => AI_NUMERICHOST, socktype => $type};
    my ($error, $to) = getaddrinfo($host, $port, $numeric);
    die "$host: $error" if $error;
    my (undef, $own) = getaddrinfo($host =~ /:/ ? "::" : "0.0.0.0", $local, $numeric);
    socket(my $socket, $to->{family}, $type, 0) or die "socket: $!";
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($socket, $own->{addr}) or die "bind: $!";
    if ($type == SOCK_STREAM) { connect($socket, $to->{addr}) or die "connect: $!" }

    my ($peer, $seen);
    for my $round (1 .. 3) {
      my $question = "question $round";
      my $answer = "";
      if ($type == SOCK_STREAM) {
        syswrite($socket, "$question\n") or die "write: $!";
        until ($answer =~ /\n/) { sysread($socket, $answer, 2048, length $answer) or die "read: $!" }
        $peer = getpeername($socket);
      } else {
        send($socket, $question, 0, $to->{addr}) or die "send: $!";
        $peer = recv($socket, $answer, 2048, 0) or die "receive: $!";
      }
      ($seen) = $answer =~ /^\Q$question\E from (\S+)\n$/ or die "answer $answer";
      if ($pause && $round == 1) {
        open(my $file, ">", $pause) or die "pause: $!";
        select(undef, undef, undef, 0.01) while -e $pause;
      }
    }
    # The server closes first, so that nothing of this flow is on its way when this ends.
    if ($type == SOCK_STREAM) {
      shutdown($socket, SHUT_WR);
      sysread($socket, my $rest, 1);
    }
    my (undef, $name, $service) = getnameinfo($peer, NI_NUMERICHOST | NI_NUMERICSERV);
    print "peer $name $service seen $seen\n";
    """#
}
