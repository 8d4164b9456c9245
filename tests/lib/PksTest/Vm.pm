# SPDX-License-Identifier: GPL-2.0-only
#
# Runs test files inside the test VM, several in one boot where they allow it.

package PksTest::Vm;

use strict;
use warnings;
use File::Path qw(make_path);
use PksTest::Proc;
use PksTest::Result;

# A file may say, in a comment among its first 20 lines, what it needs:
#	# vm: cpus=2 mem=2048 append="a=1 b" boot=own timeout=300
# cpus mem cpu append	as tests/vm/run takes them
# icount=1 pmem=0	its --icount, --no-pmem
# kernel=VARIANT	another kernel of tests/kernel/build
# boot=own		shares its boot with no other file
# timeout=S		seconds for this file
my %DEFAULT = (
	cpus => '', mem => 2048, cpu => 'max', append => '', icount => 0,
	pmem => 1, kernel => '', boot => 'shared', timeout => 300,
);
my $BOOT_SECONDS = 150;

sub wishes
{
	my ($path) = @_;
	my %wish = %DEFAULT;

	open my $in, '<', $path or die "tests/run: $path: $!\n";
	while (my $line = <$in>) {
		last if $. > 20;
		next unless $line =~ /^#\s*vm:\s*(.*)/;
		my $words = $1;
		while ($words =~ /\G\s*(\w+)=(?:"([^"]*)"|(\S+))/gc) {
			exists $DEFAULT{$1} or die "tests/run: $path: unknown '# vm:' word '$1'\n";
			$wish{$1} = $2 // $3;
		}
		$words =~ /\G\s*\z/ or die "tests/run: $path: cannot read '# vm: $words'\n";
	}
	return \%wish;
}

# Splits the files into groups, one for each boot, in the order of first use.
sub group
{
	my @files = @_;
	my (%groups, @order);

	for my $file (@files) {
		my $wish = wishes($file);
		my $key = join "\0", map { $wish->{$_} }
			grep { $_ ne 'timeout' } sort keys %$wish;
		$key .= "\0$file" if $wish->{boot} eq 'own';
		push @order, $key unless $groups{$key};
		push @{$groups{$key}{files}}, { path => $file, limit => $wish->{timeout} };
		$groups{$key}{wish} = $wish;
	}
	return map { $groups{$_} } @order;
}

sub vm_command
{
	my ($top, $kdir, $wish, $out, $limit) = @_;
	my @cmd = ("$top/tests/vm/run", '--kernel', $kdir, '--out', $out,
		'--mem', $wish->{mem}, '--cpu', $wish->{cpu}, '--timeout', $limit);

	push @cmd, '--cpus', $wish->{cpus} if $wish->{cpus};
	push @cmd, '--append', $wish->{append} if $wish->{append};
	push @cmd, '--icount' if $wish->{icount};
	push @cmd, '--no-pmem' unless $wish->{pmem};
	return (@cmd, '--', "$top/tests/lib/batch", '/out');
}

# Lines of the guest's console that belong to file number $index.
sub console_of
{
	my ($out, $index) = @_;
	my @lines;
	my $on = 0;

	open my $in, '<', "$out/console.log" or return;
	while (my $line = <$in>) {
		$line =~ s/\r?\n//;
		$on = $1 == $index if $line =~ /pks-test: start (\d+)/;
		push @lines, $line if $on;
	}
	splice @lines, 0, -25 if @lines > 25;
	return map { "console: $_" } @lines;
}

# Leaves what tests/lib/batch reads; returns the time limit for it all.
sub write_batch
{
	my ($run) = @_;
	my @files = @{$run->{files}};
	my $limit = $BOOT_SECONDS;

	make_path(map { "$run->{out}/$_.d" } 0 .. $#files);
	open my $list, '>', "$run->{out}/batch" or
		die "tests/run: $run->{out}/batch: $!\n";
	for my $i (0 .. $#files) {
		$limit += $files[$i]{limit} + 20;
		print $list "$i $files[$i]{limit} $files[$i]{path}\n";
	}
	close $list;
	return $limit;
}

sub watch
{
	my ($run, $index) = @_;
	my $name = $run->{files}[$index]{path} =~ s{^\Q$run->{top}\E/}{}r;

	PksTest::Proc::watch($name, "$run->{out}/$index.tap");
}

sub finish
{
	my ($run, $index, $status, $died) = @_;
	my $out = $run->{out};
	my $result = PksTest::Result->from_tap($run->{files}[$index]{path},
		"$out/$index.tap", $status, $died);

	push @{$result->{details}}, PksTest::Proc::tail("$out/$index.err"),
		console_of($out, $index) if $result->{failed};
	$run->{bailed} ||= $result->{bailed};
	$run->{report}->($result);
}

# A line of tests/lib/batch.
sub on_line
{
	my ($run, $line) = @_;

	if ($line =~ /^start (\d+)$/) {
		$run->{current} = $1;
		$run->{begun} = $1 + 1;
		watch($run, $1);
	} elsif ($line =~ /^end (\d+) (\d+)$/) {
		my ($index, $code) = ($1, $2);
		my $limit = $run->{files}[$index]{limit};
		# What timeout(1) exits with; 137 may be the test's own.
		my $late = $code == 124 || $code == 137 &&
			PksTest::Proc::elapsed() >= $limit;

		finish($run, $index, $code > 128 ? $code - 128 : $code << 8,
			$late ? "did not end within $limit s" : undef);
		undef $run->{current};
	}
}

# One boot.  Calls $report->(RESULT) for each file that was begun; returns the
# files that were not, since the guest ended before (none after a bail-out).
sub boot
{
	my ($top, $kdir, $group, $out, $report) = @_;
	my %run = (top => $top, out => $out, report => $report, begun => 0,
		files => [@{$group->{files}}]);

	make_path($out);
	my @cmd = vm_command($top, $kdir, $group->{wish}, $out, write_batch(\%run));
	watch(\%run, 0);
	my $status = PksTest::Proc::lines(\@cmd, "$out/run.err",
		sub { on_line(\%run, $_[0]) });
	my ($why) = grep { /^tests\/vm\/run: / }
		PksTest::Proc::tail("$out/run.err", 100);
	if (defined $run{current}) {
		finish(\%run, $run{current}, 0, $why // 'the guest died');
	} elsif (!$run{begun}) {
		# Never got as far as the first file: nor would the next boot.
		finish(\%run, $_, 0, $why // "the guest did not run it (status $status)")
			for 0 .. $#{$run{files}};
		return;
	}
	return $run{bailed} ? () : splice @{$run{files}}, $run{begun};
}

# Boots as often as it takes to give each file of the group its run.
sub run_group
{
	my ($top, $kdir, $group, $out, $report) = @_;
	my $boots = 0;

	while (@{$group->{files}}) {
		$boots++;
		$group->{files} = [boot($top, $kdir, $group, "$out-$boots", $report)];
	}
}

1;
