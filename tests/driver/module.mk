# SPDX-License-Identifier: GPL-2.0-only
#
# How each module of the tests is built out of tree, for the Makefile that
# includes this:
#
#	make -C DIR KDIR=DIR OUT=DIR
#
# KDIR is what tests/kernel/build prints, or any kernel build directory such
# as /lib/modules/VERSION/build. Sources are linked into OUT and built there;
# $(shared) names those that lie in another directory.

KDIR ?= $(error KDIR is not set: give the directory that tests/kernel/build prints)
OUT ?= $(error OUT is not set: give a directory for the build)

src := $(abspath $(dir $(firstword $(MAKEFILE_LIST))))
out := $(abspath $(OUT))
kbuild := $(if $(wildcard $(KDIR)/build/Makefile),$(KDIR)/build,$(KDIR))
kernel := $(realpath $(kbuild))
# Debug info names the sources, not their links in OUT.
named := $(patsubst $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)/%,%,$(src))
sources := $(wildcard $(src)/*.c $(src)/*.h) $(src)/Kbuild $(abspath $(addprefix $(src)/,$(shared)))

all: $(out)/.built

# Kbuild takes seconds to find that there is nothing to do.
$(out)/.built: $(out)/.kernel $(sources) $(MAKEFILE_LIST)
	@cd $(out) && for f in $(sources); do ln -sf $$f .; done
	+$(MAKE) -C $(kernel) M=$(out) KCFLAGS=-ffile-prefix-map=$(out)/=$(named)/ modules
	@touch $@

# A module's BTF belongs to one build of vmlinux: another kernel, or the same
# one rebuilt, means from clean.
$(out)/.kernel: FORCE
	@mkdir -p $(out)
	@stamp="$(kernel) $$(stat -c %Y $(kernel)/Module.symvers $(kernel)/vmlinux 2>/dev/null | tr '\n' ' ')"; \
	if [ "$$(cat $(out)/.kernel 2>/dev/null)" != "$$stamp" ]; then \
		rm -rf $(out)/*.o $(out)/*.ko $(out)/*.mod* $(out)/.*.cmd; \
		echo "$$stamp" >$(out)/.kernel; \
	fi

clean:
	rm -rf $(out)

.PHONY: all clean FORCE
