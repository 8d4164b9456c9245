# SPDX-License-Identifier: GPL-2.0-only
#
# Child processes of the test runner, each in a process group of its own so
# that all of it can be ended, and the progress line on a terminal.

package PksTest::Proc;

use strict;
use warnings;
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(sleep time);
use IO::Select;

my $child;			# process group that runs now
my ($watched, $watched_tap, $watched_since);

# Shows from now on, on a terminal, how many lines of $tap there are.
sub watch
{
	my ($name, $tap) = @_;

	($watched, $watched_tap, $watched_since) = ($name, $tap, time);
	show_progress();
}

sub elapsed
{
	return time - $watched_since;
}

sub show_progress
{
	my $tests = 0;

	return unless -t STDOUT;
	if (open my $in, '<', $watched_tap) {
		$tests = grep { /^(?:not )?ok\b/ } <$in>;
	}
	printf "\r\e[K%s ... %d tests, %d s", $watched, $tests, elapsed();
}

sub clear_progress
{
	print "\r\e[K" if -t STDOUT;
}

sub start
{
	my ($cmd, $out, $err_path) = @_;
	my $pid = fork // die "tests/run: fork: $!\n";

	if (!$pid) {
		setpgrp;
		$SIG{INT} = $SIG{TERM} = 'DEFAULT';
		open STDIN, '<', '/dev/null';
		open STDOUT, '>&', $out or POSIX::_exit(126);
		open STDERR, '>', $err_path or POSIX::_exit(126);
		no warnings 'exec';
		exec { $cmd->[0] } @$cmd or print STDERR "cannot run $cmd->[0]: $!\n";
		POSIX::_exit(127);
	}
	$child = $pid;
	return $pid;
}

# Ends what runs now; first politely, for tests/vm/run has a guest to end.
sub stop
{
	return unless $child;
	kill TERM => -$child;
	for (1 .. 30) {
		last if waitpid($child, WNOHANG) == $child;
		sleep 0.1;
	}
	kill KILL => -$child;
	undef $child;
}

# Runs @$cmd with a time limit; its output goes to two files.  Returns the wait
# status and, if it was killed for being late, the reason.
sub limited
{
	my ($cmd, $out_path, $err_path, $limit) = @_;

	open my $out, '>', $out_path or die "tests/run: $out_path: $!\n";
	my $pid = start($cmd, $out, $err_path);
	my $begin = time;
	my $shown = 0;
	while (waitpid($pid, WNOHANG) == 0) {
		if (time - $begin > $limit) {
			stop();
			return (0, "did not end within $limit s");
		}
		show_progress() if int(time - $begin) != $shown;
		$shown = int(time - $begin);
		sleep 0.02;
	}
	my $status = $?;
	kill KILL => -$pid;		# what it left behind
	undef $child;
	return ($status, undef);
}

# Runs @$cmd, calls $on_line with each line of its output as it comes.
sub lines
{
	my ($cmd, $err_path, $on_line) = @_;
	my $buffer = '';

	pipe my $read, my $write or die "tests/run: pipe: $!\n";
	my $pid = start($cmd, $write, $err_path);
	close $write;
	my $select = IO::Select->new($read);
	while (1) {
		if (!$select->can_read(1)) {
			show_progress();
			next;
		}
		sysread $read, $buffer, 65536, length $buffer or last;
		$on_line->($1) while $buffer =~ s/^(.*)\n//;
	}
	waitpid $pid, 0;
	undef $child;
	return $? >> 8;
}

# The last $count lines of a file, none if it is not there.
sub tail
{
	my ($path, $count) = @_;

	$count //= 15;
	open my $in, '<', $path or return;
	my @lines = <$in>;
	chomp @lines;
	splice @lines, 0, -$count if @lines > $count;
	return @lines;
}

1;
