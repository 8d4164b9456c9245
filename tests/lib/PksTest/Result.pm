# SPDX-License-Identifier: GPL-2.0-only
#
# What the TAP of one test file amounts to: counts, and why it failed.

package PksTest::Result;

use strict;
use warnings;
use TAP::Parser;

# In CI nothing may be missing but what the test itself calls optional: a test
# that silently never runs is no test.
sub skip_is_failure
{
	my ($reason) = @_;

	return $ENV{CI} && $reason !~ /^\s*optional\b/i;
}

sub new
{
	my ($class, $file) = @_;

	return bless {
		file => $file, passed => 0, failed => 0, skipped => 0,
		details => [], seconds => 0,
	}, $class;
}

# A file that could not even be run; counts as one test.
sub not_run
{
	my ($class, $file, $reason) = @_;
	my $self = $class->new($file);

	$self->add_skip($reason);
	return $self;
}

sub add_failure
{
	my ($self, @details) = @_;

	$self->{failed}++;
	push @{$self->{details}}, @details;
}

sub add_skip
{
	my ($self, $reason) = @_;

	if (skip_is_failure($reason)) {
		$self->add_failure("skipped, but required in CI: $reason");
		return;
	}
	$self->{skipped}++;
	$self->{skip_reason} //= $reason;
}

sub add_test
{
	my ($self, $test) = @_;

	if ($test->has_skip) {
		$self->add_skip($test->explanation || 'no reason given');
	} elsif ($test->is_actual_ok) {
		$self->{passed}++;
	} else {
		$self->add_failure($test->as_string);
		return 1;
	}
	return 0;
}

# Reads the file's TAP.  $status is a wait status as in $?; $died, if set, says
# what ended the file from outside (time limit, death of the guest).
sub from_tap
{
	my ($class, $file, $tap_path, $status, $died) = @_;
	my $self = $class->new($file);
	my $after_failure = 0;
	my $bail;

	open my $tap, '<', $tap_path or do {
		$self->add_failure($died // "no output: $tap_path: $!");
		return $self;
	};
	my $parser = TAP::Parser->new({ iterator => TAP::Parser::Iterator::Stream->new($tap) });
	while (my $line = $parser->next) {
		if ($line->is_test) {
			$after_failure = $self->add_test($line);
		} elsif ($line->is_comment && $after_failure) {
			push @{$self->{details}}, $line->as_string;
		} elsif ($line->is_bailout) {
			$bail = $line->explanation;
		}
	}
	$self->judge_end($parser, $status, $died, $bail);
	return $self;
}

# A file without a plan, with a wrong one, or that died has failed, whatever
# its tests said.
sub judge_end
{
	my ($self, $parser, $status, $died, $bail) = @_;

	if (defined $died) {
		$self->add_failure($died);
	} elsif (defined $bail) {
		$self->{bailed} = 1;
		$self->add_failure("Bail out! $bail");
	} elsif ($status & 127) {
		$self->add_failure('killed by signal ' . ($status & 127));
	} elsif ($parser->parse_errors) {
		$self->add_failure(map { "TAP: $_" } $parser->parse_errors);
	} elsif ($status && !$self->{failed}) {
		$self->add_failure('all tests passed, but exit status ' . ($status >> 8));
	}
	if (defined $parser->skip_all && !$self->{passed} && !$self->{failed}) {
		$self->add_skip($parser->skip_all || 'no reason given');
	}
}

sub summary
{
	my ($self) = @_;
	my $text = $self->{failed} ? 'FAILED' : $self->{passed} ? 'ok' : 'skipped';
	my @counts = map { $self->{$_} ? "$self->{$_} $_" : () }
		qw(passed failed skipped);

	$text .= ' (' . join(', ', @counts) . ')';
	$text .= sprintf ' %.1f s', $self->{seconds} if $self->{seconds} >= 0.05;
	$text .= ": $self->{skip_reason}" if defined $self->{skip_reason};
	return $text;
}

1;
