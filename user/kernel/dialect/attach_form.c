// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dialect/attach_form.h"
#include "kernel/dialect/btf_facts.h"

#define OVERRIDE "PKSTRACE_ATTACH"

static const char *const names[] = {
	[ATTACH_TRAMPOLINE] = "trampoline",
	[ATTACH_KPROBE_MULTI] = "kprobe.multi",
	[ATTACH_KPROBE] = "kprobe",
};

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

const char *attach_form__name(enum attach_form form)
{
	return names[form];
}

/* Came in 5.18, with CONFIG_FPROBE. */
static bool kernel__has_multi(const struct btf *btf)
{
	return btf__function_proto(btf, "register_fprobe_ips");
}

static enum status form__override(enum attach_form *form, const char *wanted, bool multi,
				  bool quiet)
{
	for (size_t i = 0; i < NR_NAMES; i++) {
		if (strcmp(wanted, names[i]))
			continue;
		*form = i;
		if (i != ATTACH_KPROBE_MULTI || multi)
			return STATUS_CLEAN;
		return quiet ? STATUS_CANNOT :
			       status__say(STATUS_CANNOT, OVERRIDE "=kprobe.multi: this kernel was "
								   "built without CONFIG_FPROBE");
	}
	return quiet ? STATUS_USAGE :
		       status__say(STATUS_USAGE,
				   OVERRIDE "='%s': give trampoline, kprobe.multi or "
					    "kprobe, or leave it unset",
				   wanted);
}

enum status attach_form__choose(enum attach_form *form, const struct btf *btf,
				enum preemption model, bool quiet)
{
	const char *wanted = getenv(OVERRIDE);
	bool multi = kernel__has_multi(btf);

	if (wanted && *wanted)
		return form__override(form, wanted, multi, quiet);
	if (!preemption__possible(model))
		*form = ATTACH_TRAMPOLINE;
	else
		*form = multi ? ATTACH_KPROBE_MULTI : ATTACH_KPROBE;
	return STATUS_CLEAN;
}

enum status attach_form__by_address(enum attach_form *form, const struct btf *btf, bool quiet)
{
	*form = ATTACH_KPROBE_MULTI;
	if (kernel__has_multi(btf))
		return STATUS_CLEAN;
	return quiet ? STATUS_CANNOT :
		       status__say(
			       STATUS_CANNOT,
			       "several functions have that name: attaching to one of them takes "
			       "a kernel with CONFIG_FPROBE");
}
