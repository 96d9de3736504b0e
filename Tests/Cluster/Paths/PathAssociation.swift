import Foundation

/// Machines that run this have no sockets of SCTP. Raw ones carry packets that are made here: an association is opened with
/// cookies, three questions are asked and answered, and whoever gets a packet looks at its checksum.
extension PathScripts {
  /// Ends once `stop` has been called.
  func associationServer(port: UInt16) -> String { "exec perl \(folder)/SCTP.pl server \(port) \(folder)/stop" }

  static let association = #"""
    use strict;
    use warnings;
    use IO::Select;
    use Socket qw(:DEFAULT inet_pton inet_ntop);

    my ($role, $local, @rest) = @ARGV;
    my %type = (DATA => 0, INIT => 1, "INIT ACK" => 2, "COOKIE ECHO" => 10, "COOKIE ACK" => 11);
    my $mine = $role eq "client" ? 0xc11e0001 : 0x5e000002;

    # CRC32c.
    sub sum {
      my $sum = 0xffffffff;
      for my $octet (unpack "C*", shift) {
        $sum ^= $octet;
        $sum = $sum & 1 ? $sum >> 1 ^ 0x82f63b78 : $sum >> 1 for 1 .. 8;
      }
      return $sum ^ 0xffffffff;
    }

    sub say_to {
      my ($socket, $to, $port, $tag, $name, $value) = @_;
      $value = pack("N N n n N", $mine, 65536, 10, 10, 1) if $name =~ /INIT/;
      $value = pack("N n n N", 1, 0, 0, 0) . $value if $name eq "DATA";
      my $chunk = pack("C C n", $type{$name}, $name eq "DATA" ? 3 : 0, 4 + length $value) . $value;
      $chunk .= "\0" x (-length($chunk) % 4);
      my $packet = pack("n n N N", $local, $port, $tag, 0) . $chunk;
      substr($packet, 8, 4) = pack("V", sum($packet));
      send($socket, $packet, 0, $to) or die "send: $!";
    }

    # Who a packet is from, its port, tag, type and value; nothing if it is not for here.
    sub hear {
      my ($socket, $family) = @_;
      my $from = recv($socket, my $packet, 2048, 0) or return;
      $packet = substr($packet, 4 * (ord($packet) & 15)) if $family == AF_INET;
      my ($port, $own, $tag, $sum, $type, $length) = unpack("n n N V C x n", $packet);
      return unless $own == $local;
      substr($packet, 8, 4) = "\0" x 4;
      die "checksum" unless $sum == sum($packet);
      my $value = substr($packet, 16, $length - 4);
      $value = substr($value, 12) if $type == $type{DATA};
      return ($from, $port, $tag, $type, $value);
    }

    sub raw { socket(my $socket, shift, SOCK_RAW, 132) or die "socket: $!"; return $socket }

    sub address {
      my ($from, $family) = @_;
      my (undef, $address) = $family == AF_INET ? sockaddr_in($from) : Socket::unpack_sockaddr_in6($from);
      return inet_ntop($family, $address);
    }

    if ($role eq "server") {
      my @sockets = map { raw($_) } AF_INET, AF_INET6;
      my %family;
      @family{@sockets} = (AF_INET, AF_INET6);
      my $waiting = IO::Select->new(@sockets);
      my (%tags, %answers);
      @answers{@type{"INIT", "COOKIE ECHO", "DATA"}} = ("INIT ACK", "COOKIE ACK", "DATA");
      until (-e $rest[0]) {
        for my $socket ($waiting->can_read(0.1)) {
          my ($from, $port, $tag, $type, $value) = hear($socket, $family{$socket}) or next;
          my $client = address($from, $family{$socket});
          $tags{"$client $port"} = unpack("N", $value) if $type == $type{INIT};
          next unless defined $answers{$type} && $tag == ($type == $type{INIT} ? 0 : $mine);
          my $text = $type == $type{DATA} ? "$value from $client" : "";
          say_to($socket, $from, $port, $tags{"$client $port"}, $answers{$type}, $text);
        }
      }
    } else {
      my ($host, $port) = @rest;
      alarm 5;
      my $family = $host =~ /:/ ? AF_INET6 : AF_INET;
      my $address = inet_pton($family, $host);
      my $to = $family == AF_INET ? pack_sockaddr_in(0, $address) : Socket::pack_sockaddr_in6(0, $address);
      my $socket = raw($family);
      my ($theirs, $peer, $seen) = (0);
      my $ask = sub {
        my ($name, $value, $wanted) = @_;
        say_to($socket, $to, $port, $theirs, $name, $value);
        my @heard;
        @heard = hear($socket, $family) until @heard;
        my ($from, $by, $tag, $type, $answer) = @heard;
        die "tag $tag type $type" unless $tag == $mine && $type == $type{$wanted};
        $peer = address($from, $family) . " $by";
        return $answer;
      };
      $theirs = unpack("N", $ask->("INIT", "", "INIT ACK"));
      $ask->("COOKIE ECHO", "cookie", "COOKIE ACK");
      for my $round (1 .. 3) {
        my $answer = $ask->("DATA", "question $round", "DATA");
        ($seen) = $answer =~ /^question $round from (\S+)$/ or die "answer $answer";
      }
      print "peer $peer seen $seen\n";
    }
    """#
}
