# SPDX-License-Identifier: GPL-2.0-only
#
# make          the tool: build/pkstrace (no root, no network, no special kernel)
# make install  the tool, its manual pages and completion (PREFIX=/usr/local DESTDIR=)
# make deb      a Debian package of that, in build/
# make uninstall  removes what make install has put there
# make demo     all the set-up, then the main job on a real protected kernel (root, Debian 12)
# make demo-kmap  the same without PKS: any CPU, every page that a driver maps
# make test     all the set-up, then every test; ends with "N passed, N failed, N skipped"
# make SAN=1, make test SAN=1  the same with ASan, UBSan and LSan, in build/san
# make hunt     walks the error paths of a driver with bugs behind them, scored
# make vm       a shell inside the virtual machine
# make corpus   every case of the bug driver, expected and reported, scored (VARIANT=outofline)
# make test-matrix  the same on every kernel there is a dialect for: a build each
# make long     about an hour: 20 million windows of real work, 1,000 attaches under traffic
# make long-preempt  five million windows on each preemptible kernel
# make torture  10 million random events through the window core, as many from two threads at
#               once, on this kernel; 1,000 kills in the virtual machine
# make fuzz     fuzzes each reader of foreign text and data for 30 minutes
# make fuzz-coverage  how many lines of the readers that goes through
# make scale    how cost and memory grow with windows, call sites, depth, threads
# make bench    what tracing costs, beside other tracers, as a table and as build/bench.json
# make unit     the unit tests' programs
# make modules  the test kernel and its modules (VARIANT=outofline)
# make images   Debian's own kernels, from their packages
# make layouts  what each layout of the check in kmap_local_page() costs, in two tables
# make proof    the proof that a test kernel does what it should (VARIANT=outofline)
# make guest    every test inside the virtual machine, on a test kernel (VARIANT=outofline)
# make clean    removes build/; the kernel's cache stays

VERSION := 0.1
BUILD := build$(if $(SAN),/san)
BPFTOOL ?= $(firstword $(shell command -v bpftool) /usr/sbin/bpftool)
CLANG ?= clang
LIBS := libbpf libelf libdw jansson zlib

WARNINGS := -Wall -Wextra -Werror
ifdef SAN
# What the sanitizers put in makes gcc, not clang, see values that may be unset, and texts that
# may be cut.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-Wno-maybe-uninitialized -Wno-format-truncation
CFLAGS ?= -O1 -g
endif
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DPKSTRACE_VERSION='"$(VERSION)"' $(WARNINGS) $(CFLAGS) $(SANITIZE) \
	-Ibpf -Iuser -I$(BUILD) $(shell pkg-config --cflags $(LIBS))
LDLIBS = $(shell pkg-config --libs $(LIBS)) -lm -pthread
BPF_CFLAGS = -g -O2 $(WARNINGS) -Wno-unused-parameter -target bpf -mcpu=v3 \
	-D__TARGET_ARCH_x86 -I/usr/include/$(shell $(CC) -print-multiarch) -Ibpf

USER_OBJS := $(patsubst user/%.c,$(BUILD)/user/%.o,$(shell find user -name "*.c"))
# The snapshot's program is an object of its own: it shares no state with the others.
# Loaded by themselves, not with the tracing programs.
OWN_OBJS := snapshot find_pkey

BPF_OBJS := $(filter-out $(addprefix %/,$(OWN_OBJS:%=%.o)),$(patsubst bpf/%.bpf.c,$(BUILD)/bpf/%.o,$(wildcard bpf/*/*.bpf.c)))
UNIT_TESTS := $(patsubst tests/unit/test_%.c,$(BUILD)/tests/unit/%.t,$(wildcard tests/unit/test_*.c))

.DELETE_ON_ERROR:
.SECONDARY: $(BUILD)/tests/bench/part.bpf.o $(BUILD)/tests/bench/native.bpf.o
.PHONY: all
all: $(BUILD)/pkstrace

$(BUILD)/pkstrace: $(USER_OBJS)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/user/%.o: user/%.c | $(BUILD)/pkstrace.skel.h $(BUILD)/syscall_names.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(patsubst %,$(BUILD)/user/trace/%.o,collector counters function_probe): $(BUILD)/pkstrace.skel.h
$(BUILD)/user/trace/iterator.o: $(BUILD)/snapshot.skel.h
$(BUILD)/user/trace/pkey_probe.o: $(BUILD)/find_pkey.skel.h

$(BUILD)/bpf/%.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/pkstrace.bpf.o: $(BPF_OBJS)
	$(BPFTOOL) gen object $@ $^

$(BUILD)/pkstrace.skel.h: $(BUILD)/pkstrace.bpf.o
	$(BPFTOOL) gen skeleton $< name pkstrace > $@

$(OWN_OBJS:%=$(BUILD)/%.bpf.o): $(BUILD)/%.bpf.o: $(BUILD)/bpf/prog/%.o
	$(BPFTOOL) gen object $@ $<

$(OWN_OBJS:%=$(BUILD)/%.skel.h): $(BUILD)/%.skel.h: $(BUILD)/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $* > $@

# A table row for each system call that the C library's headers number.
$(BUILD)/syscall_names.h:
	@mkdir -p $(@D)
	printf '#include <asm/unistd_64.h>\n' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9]*\)$$/[\2] = "\1",/p' | sort > $@

# The page as a C string, a line each.
$(BUILD)/page_html.h: user/report/document/page.html
	@mkdir -p $(@D)
	sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $< > $@

$(BUILD)/user/report/document/html.o: $(BUILD)/page_html.h

$(BUILD)/tests/unit/%.t: tests/unit/test_%.c $(filter-out $(BUILD)/user/main.o,$(USER_OBJS))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $(filter %.c %.o,$^) -lcmocka $(LDLIBS)

# The collector is played by the test.
$(BUILD)/tests/unit/intake.t: LDLIBS += $(foreach f,consume stack refused,-Wl,--wrap=collector__$(f))

# The window core under made-up events, on the running kernel.
CORE_TEST := $(BUILD)/tests/bpf/window_test
CORE_BPF := $(patsubst %,$(BUILD)/bpf/core/%.o,state table finding window cause)

$(BUILD)/tests/bpf/%.o: tests/bpf/%.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -Itests/bpf -MMD -MP -c -o $@ $<

$(CORE_TEST).bpf.o: $(CORE_TEST).o $(CORE_BPF)
	$(BPFTOOL) gen object $@ $^

$(CORE_TEST).skel.h: $(CORE_TEST).bpf.o
	$(BPFTOOL) gen skeleton $< name window_test > $@

$(CORE_TEST).t: $(wildcard tests/bpf/*.c tests/bpf/*.h) $(CORE_TEST).skel.h
	$(CC) $(ALL_CFLAGS) -Itests/bpf -I$(@D) -o $@ \
		$(filter-out %.bpf.c,$(filter %.c,$^)) $(LDLIBS)

# Readers of foreign text and data, under libFuzzer with ASan and UBSan (tests/unit/fuzz.t).
FUZZ_DIR := $(BUILD)/fuzz$(if $(COVERAGE),-coverage)
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,$(FUZZ_DIR)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SRCS := $(wildcard user/util/*.c user/report/session/*.c) \
	$(addprefix user/,findings/suppress.c findings/class.c \
	hunt/state.c hunt/plan.c hunt/outcome.c inject/plan.c kernel/error_injection.c \
	kernel/dialect/dialect_own.c \
	$(addprefix kernel/symbols/,ksyms.c module_loads.c function_name.c srcline.c debuginfo.c \
	table/kallsyms.c table/strings.c table/symbol_table.c))
FUZZ_OBJS := $(FUZZ_SRCS:user/%.c=$(FUZZ_DIR)/user/%.o)
FUZZ_CFLAGS = -std=c11 -D_GNU_SOURCE -DPKSTRACE_VERSION='"$(VERSION)"' -g -O1 \
	-Ibpf -Iuser -I$(BUILD) -MMD -MP $(if $(COVERAGE),-fprofile-instr-generate -fcoverage-mapping) \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

$(FUZZ_DIR)/user/%.o: user/%.c
	@mkdir -p $(@D)
	$(CLANG) $(FUZZ_CFLAGS) -c -o $@ $<

# What the readers call beside each other, as it is in the tool.
$(BUILD)/rest.a: $(filter-out $(BUILD)/user/main.o,$(USER_OBJS))
	$(AR) rc $@ $^

$(FUZZ): $(FUZZ_DIR)/%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.h $(FUZZ_OBJS) $(BUILD)/rest.a
	$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_OBJS) $(BUILD)/rest.a $(LDLIBS)

.PHONY: fuzz
fuzz: $(FUZZ)
	FUZZ_SECONDS=1800 tests/run tests/unit/fuzz.t

.PHONY: fuzzers
fuzzers: $(FUZZ)

.PHONY: fuzz-coverage
fuzz-coverage:
	$(MAKE) COVERAGE=1 fuzzers
	tests/fuzz/coverage $(BUILD)/fuzz-coverage

# Threads by the thousand, for the tests in the virtual machine.
LOAD := $(BUILD)/tests/load/load

$(LOAD): tests/load/load.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -pthread -o $@ $<

$(BUILD)/tests/load/maps $(BUILD)/tests/load/progs: $(BUILD)/tests/load/%: tests/load/%.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -o $@ $< -lbpf

# What the bench runs in the virtual machine, beside the tool.
BENCH := $(BUILD)/tests/bench

$(BENCH)/%.bpf.o: tests/bench/%.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(BENCH)/%.skel.h: $(BENCH)/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $* > $@

$(BENCH)/native.linked.o: $(BENCH)/native.bpf.o $(CORE_BPF)
	$(BPFTOOL) gen object $@ $^

$(BENCH)/native.skel.h: $(BENCH)/native.linked.o
	$(BPFTOOL) gen skeleton $< name native > $@

$(BENCH)/native: tests/bench/native.c $(BENCH)/native.skel.h
	$(CC) $(ALL_CFLAGS) -I$(BENCH) -o $@ $< $(LDLIBS)

$(BENCH)/loop: tests/bench/loop.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $<

$(BENCH)/attach: tests/bench/attach.c $(BENCH)/part.skel.h
	$(CC) $(ALL_CFLAGS) -I$(BENCH) -o $@ $< $(LDLIBS)

.PHONY: benchtools
benchtools: $(BENCH)/loop $(BENCH)/attach $(BENCH)/native

.PHONY: unit
unit: $(UNIT_TESTS) $(CORE_TEST).t $(FUZZ) $(LOAD) $(BUILD)/tests/load/maps \
	$(BUILD)/tests/load/progs benchtools

# What tests/unit/sanitized.t runs.
.PHONY: sanitized
sanitized:
	$(MAKE) SAN=1 san-native

.PHONY: san-native
san-native: all $(UNIT_TESTS)

# --- what needs a kernel under test: each target does its own set-up, as root

VARIANT ?= outofline
# For make in make: as many jobs as there are processors, unless -j says otherwise.
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
MODULES = $(abspath $(BUILD)/modules/$(VARIANT))

.PHONY: setup
setup:
	tests/setup

.PHONY: kernel
kernel: setup
	tests/kernel/build $(VARIANT)

# Always asked: the modules' own make knows whether the kernel is another one.
MODULE_DIRS := driver grace hunt-driver proof
module-proof: MODULE_DIR := kernel/proof/module

.PHONY: $(MODULE_DIRS:%=module-%)
$(MODULE_DIRS:%=module-%): module-%:
	kdir=$$(tests/kernel/build --print-dir $(VARIANT)) && \
	$(MAKE) -s -C tests/$(or $(MODULE_DIR),$*) KDIR=$$kdir OUT=$(MODULES)/$*

.PHONY: modules
modules: kernel
	$(MAKE) $(PARALLEL) $(MODULE_DIRS:%=module-%)

.PHONY: proof
proof: modules
	tests/run --variant $(VARIANT) tests/kernel/proof/*.t

.PHONY: guest
guest: modules
	$(MAKE) all benchtools
	tests/run --variant $(VARIANT) tests/kernel/proof/*.t tests/e2e/*.t

.PHONY: demo
demo: kernel
	$(MAKE) $(PARALLEL) all module-driver
	tests/demo/run

.PHONY: demo-kmap
demo-kmap:
	$(MAKE) kernel VARIANT=kmap-trace
	$(MAKE) $(PARALLEL) all module-driver VARIANT=kmap-trace
	tests/demo/run --kmap

# Kernels as a distribution ships them: no window of their own, and preemptible.
IMAGES := debian-6.1 debian-6.12 debian-6.12-rt

.PHONY: images
images: setup
	for image in $(IMAGES); do tests/kernel/image $$image || exit; done

# VMs at once: QEMU keeps one processor busy for each, and needs up to 4 GiB.
JOBS ?= $(shell [ $$(nproc) -lt 2 ] && echo 1 || echo 2)

.PHONY: test
test: images
	$(MAKE) $(PARALLEL) all unit
	$(MAKE) $(PARALLEL) sanitized
	$(MAKE) modules
	$(MAKE) modules VARIANT=kmap-trace
	$(MAKE) modules VARIANT=preempt
	PKS_BUILD=$(abspath $(BUILD)) tests/run --jobs $(JOBS)

.PHONY: scale
scale: modules
	$(MAKE) all unit
	tests/scale/run

.PHONY: torture
torture: $(CORE_TEST).t modules
	$(MAKE) all
	$< -n 10000000
	$< -t 2 -n 10000000
	tests/e2e/long/kills

.PHONY: long
long: modules
	$(MAKE) all
	tests/e2e/long/traffic
	tests/e2e/long/attach-1000

# Five million windows of real work on each of the preemptible kernels, on four CPUs.
PREEMPTIBLE := preempt 6.12-preempt

.PHONY: long-preempt
long-preempt: setup
	$(MAKE) all
	for variant in $(PREEMPTIBLE); do $(MAKE) modules VARIANT=$$variant || exit; done
	for variant in $(PREEMPTIBLE); do tests/e2e/long/traffic $$variant 5000000 || exit; done

.PHONY: corpus
corpus: modules
	$(MAKE) all
	tests/corpus/run --variant $(VARIANT)

MATRIX := outofline inline partial v8 kmap-trace 6.12-outofline preempt 6.12-preempt

.PHONY: test-matrix
test-matrix: setup
	$(MAKE) all
	for variant in $(MATRIX); do $(MAKE) modules VARIANT=$$variant || exit; done
	tests/corpus/matrix $(MATRIX)

.PHONY: hunt
hunt: modules
	$(MAKE) all
	tests/hunt/run

# Figures for other programs: build/layouts.json
.PHONY: layouts
layouts: setup
	for v in baseline inline partial outofline; do \
		kdir=$$(tests/kernel/build $$v) && \
		$(MAKE) -s -C tests/layouts/module KDIR=$$kdir \
			OUT=$(abspath $(BUILD)/modules/$$v/layouts) || exit; \
	done
	tests/layouts/run --json $(BUILD)/layouts.json

.PHONY: bench
bench: modules
	$(MAKE) all benchtools
	tests/bench/run --variant $(VARIANT)

.PHONY: vm
vm: modules
	$(MAKE) all
	tests/vm/run --timeout 0 --shell

# --- where it is used ------------------------------------------------------------

PREFIX ?= /usr/local
BIN_DIR = $(DESTDIR)$(PREFIX)/bin
SHARE_DIR = $(DESTDIR)$(PREFIX)/share
MAN_DIR = $(SHARE_DIR)/man/man1
DOC_DIR = $(SHARE_DIR)/doc/pkstrace
BASH_DIR = $(SHARE_DIR)/bash-completion/completions
ZSH_DIR = $(SHARE_DIR)/zsh/site-functions
PAGES := $(wildcard user/doc/*.1)
DOCUMENTS := $(filter-out %/README.md,$(wildcard user/doc/*.md user/doc/*.json)) LICENSE

.PHONY: install
install: all
	install -d $(BIN_DIR) $(MAN_DIR) $(DOC_DIR) $(BASH_DIR) $(ZSH_DIR)
	install -m 755 $(BUILD)/pkstrace $(BIN_DIR)/pkstrace
	install -m 644 $(PAGES) $(MAN_DIR)/
	install -m 644 $(DOCUMENTS) $(DOC_DIR)/
	install -m 644 user/completion/pkstrace.bash $(BASH_DIR)/pkstrace
	install -m 644 user/completion/_pkstrace $(ZSH_DIR)/_pkstrace

.PHONY: uninstall
uninstall:
	rm -f $(BIN_DIR)/pkstrace $(PAGES:user/doc/%=$(MAN_DIR)/%) \
		$(addprefix $(DOC_DIR)/,$(notdir $(DOCUMENTS))) \
		$(BASH_DIR)/pkstrace $(ZSH_DIR)/_pkstrace
	[ ! -d $(DOC_DIR) ] || rmdir $(DOC_DIR)

.PHONY: deb
deb: all
	user/package/deb $(VERSION) $(BUILD)

.PHONY: clean
clean:
	rm -rf $(BUILD)

.PHONY: help
help:
	@sed -n 's/^# \(make .*\)/\1/p' $(firstword $(MAKEFILE_LIST))

-include $(USER_OBJS:.o=.d) $(BPF_OBJS:.o=.d) $(BUILD)/bpf/prog/snapshot.d $(UNIT_TESTS:.t=.d) $(CORE_TEST).d $(wildcard $(BENCH)/*.d)
